// The list of contents stands open where there is room beside the article, and else is opened.
const contents = document.querySelector(".contents details");
if (contents) contents.open = matchMedia("(min-width: 72rem)").matches;
