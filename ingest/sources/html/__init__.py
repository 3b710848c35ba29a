"""Pages as their readers saw them, in HTML: from ZIM files, and from HTML dumps."""
