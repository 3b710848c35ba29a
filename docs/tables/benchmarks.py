"""The figures in bench/results/ as tables: which figures of each file, in which columns.

Knows which benchmark made which figures, and nothing of how they were measured.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tables import answers, building, peers, search
from tables.cells import Row, drawn

__all__ = ["TABLES", "all_tables"]

_BENCH = Path(__file__).resolve().parents[2] / "bench"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: of which file of results, and its rows.

    ``module`` of bench/ makes them; none where tests do.
    """

    title: str
    results: str
    module: str
    note: str
    rows: Callable[[Any], Iterable[Row]]


TABLES = (
    Table("Retrieval, vectors of leads", "retrieval", "retrieval",
          "779 real questions over 6,000 Wikipedia articles, 80,000 passages; page level. The peer "
          "is plain tantivy BM25 over whole pages, in the same run.",
          lambda figures: search.measures(figures, search.PAGES)),
    Table("Retrieval, all vectors", "retrieval_all", "retrieval",
          "The same with a vector for every passage.",
          lambda figures: search.measures(figures, search.PAGES)),
    Table("Passages", "passages", "passages",
          "2,183 answerable questions of SQuAD 2.0: the one paragraph each was asked of, among its "
          "447 and the 80,000 passages of the articles.", search.passages),
    Table("What each part of the ranking brings", "ranking", "ranking",
          "MRR@10 on questions that nothing was fitted on, all fitted again without the part.",
          search.ranking),
    Table("While vectors are made", "coverage", "coverage",
          "hit@1 of hybrid search with so many of the leads embedded, beside keywords alone, on "
          "questions that nothing was fitted on. Last: the share with the lowest end of the "
          "interval of what hybrid search has more.", search.coverage),
    Table("Passages of one page among six", "variety", "variety",
          "What an answer is read from when at most so many of its six passages are of one page; "
          "dev splits.", search.variety),
    Table("Several collections", "federated", "federated",
          "MRR@10 of the questions that one collection answers, with another searched beside it: "
          "6,000 other articles of the same wiki; the same without those nearest to a page that "
          "answers; the manuals of this project. *One index* holds both.",
          search.federated),
    Table("Several collections: who answers", "federated", "federated",
          "Of 100 of those questions and the 20 of the manuals, articles and manuals searched "
          "together.", search.federated_answering),
    Table("Fifty collections", "many_collections", "many_collections",
          "Of 6,000 articles each, one process, files in the page cache; the machine was shared, "
          "so that the clock says little: CPU milliseconds beside it.", search.many_collections),
    Table("Names", "names", "names",
          "Questions made of what a dump says of its pages; MRR@10 of hybrid search without and "
          "with what names say. *Other names* is the harm: texts that name other pages.",
          search.names),
    Table("Fusion", "fusion", "fusion",
          "Ways to join both lists, vectors of leads.", search.fusion),
    Table("Languages", "languages", "languages",
          "Keyword search, each paragraph a passage: XQuAD in Spanish and Chinese, SQuAD 2.0 as a "
          "control. OpenCC's table, which the index uses, also made the traditional questions.",
          search.languages),
    Table("Vectors in other languages", "multilingual", "multilingual",
          "Pages found by their questions; of XQuAD (Spanish, Chinese) each paragraph is one, and "
          "half of the articles were fitted on and are not judged. *More*: MRR@10 above keywords, "
          "with its interval of 95 %.",
          search.multilingual),
    Table("Questions in another language", "multilingual", "multilingual",
          "The same questions asked in one language of pages in another, by the multilingual "
          "encoder.", search.across_languages),
    Table("Encoders of English and of all languages", "multilingual", "multilingual",
          "Paragraphs of XQuAD in Spanish; memory and files of an open encoder of questions.",
          search.encoder_costs),
    Table("Length of passages", "passage_sizes", "passage_sizes",
          "Keyword search by the words a passage aims at.", search.sizes),
    Table("A million passages", "search", "search",
          "Beside other libraries, same passages and questions, same run; the service's latency "
          "includes the question's embedding and ten passages with their text (peers: ten "
          "numbers). The wiki is synthetic but for 6,000 articles "
          "(`bench/corpora/synthetic_wiki.py`).",
          search.search),
    Table("Serving a million passages", "search", "search",
          "The same collection: starting, and several clients at once.", search.serving),
    Table("Growing to four million passages", "scale", "rehearsal",
          "And the straight line through them. Vectors are synthetic: the encoder's own time must "
          "be added.", search.scale),
    Table("Serving in little memory", "scale", "rehearsal",
          "The largest of them, with a limit on all writable memory.", search.limited),
    Table("Vector search", "vectors", "vectors",
          "80,000 real vectors in 512 lists: what approximate search finds of the true ten "
          "nearest, and what it takes.", search.vectors),
    Table("Suggestions", "suggest", "suggest",
          "Among a million titles and 1.4 million redirects.", search.suggest),
    Table("Encoders", "encoders", "encoders",
          "Passages of 180 words on two cores, no GPU.", building.encoders),
    Table("Answers", "answers", "answers",
          "The bundled model of 135 million parameters, strict, on questions nothing was fitted "
          "on. Most of what is shown is quoted.", answers.answers),
    Table("Questions that follow others", "conversations", "conversations",
          "The follow-ups of 40 conversations nothing was tuned on: how often the right page is "
          "among the sources, and how many complete questions stay as they are typed.",
          answers.judged),
    Table("Questions for elsewhere", "outside_questions", "outside_questions",
          "Of 40 cases written by hand, by who wrote the rules: private details that are still in "
          "the question a refusal carries, and questions that still ask the same.",
          answers.by_name),
    Table("Questions of two pages", "two_pages", "two_pages",
          "30 nothing was tuned on: how often both pages are among the six passages that an "
          "answer is written from.", answers.judged),
    Table("As of", "as_of", "as_of",
          "40 questions nothing was tuned on: whether the answer may have changed since the dump.",
          answers.judged),
    Table("Refusing", "refusals", "refusals",
          "Real questions, asked with and without the pages that answer them: of the larger wiki "
          "other pages often hold the answer too. *Its own*: the threshold that the collection "
          "chose by itself. SQuAD 2.0's unanswerable questions are about passages that are there.",
          answers.refusing),
    Table("What is not to be answered", "refusals", "refusals",
          "Refused of nonsense, of names that are nowhere, of what happened after the dump, of "
          "what no text can answer; and, where none should be, of odd questions with an answer "
          "and of topics.", answers.refused_kinds),
    Table("Short answers", "short_answers", "short_answers",
          "1,062 questions of SQuAD 2.0: the likeliest words, and whether the likeliest sentences "
          "hold an answer.", answers.by_name),
    Table("Passages and short answers without a model", "cards", "cards",
          "*open*: real questions asked of no particular wiki, on which no model was trained or "
          "fitted; *plain*: short ones for a well-known fact, written by hand, of which words were "
          "fitted on dev. Of those that are answered, how many passages are shown and hold the "
          "answer, and how many short answers are right.", answers.by_column),
    Table("A network that reads: what its heads have earned", "reading", "judge",
          "Each use, the mark it was to reach on what the network was not trained on, and the "
          "figure. What is not earned is not used.", answers.reading("verdicts")),
    Table("A network that reads: which words answer", "reading", "judge",
          "Questions of four articles of SQuAD 2.0 that it was not trained on, beside the linear "
          "reader: given the paragraph, and among the passages found over 6,000 articles. *Area*: "
          "how surely questions without an answer are told.",
          answers.reading("answers in SQuAD")),
    Table("A network that reads: refusing", "reading", "judge",
          "Logistic models over the features of linear answerability, over what the network says "
          "of eight windows, and over both; fitted on questions of the split `dev` over 30,729 "
          "articles. *large*: there, each question with and without its pages; *judge*: those that "
          "the larger wiki alone can answer; *small*: 6,000 articles, all such pages left out.",
          answers.reading("refusals")),
    Table("A network that reads: ranking", "reading", "judge",
          "The first 30 passages of a search as found, by the network alone, and by a sum of three "
          "scores fitted on *tune*: pages of questions that the larger wiki alone can answer, and "
          "whether the first passages hold an answer's words.", answers.reading("ranking")),
    Table("A network that reads: claims", "reading", "judge",
          "Its third head on 300 twins of a right and a wrong sentence and their sources, and on "
          "FEVER's claims.", answers.reading("claims")),
    Table("Support", "support", "support",
          "Claim twins, a right and a wrong sentence for the same question, with the passages that "
          "tell among six: the verdicts on each. Weights were fitted on dev.", answers.support),
    Table("Sentences that are shown, read by hand", "shown_sentences", "shown_sentences",
          "306: those marked in passages that are shown where no model has spoken (*none*), and "
          "right (*perfect*) and wrong (*liar*) ones for everyday questions of the development "
          "half with the passages found. How many are supported, and how many answer, by hand and "
          "by the checks; *both*: by both; *agreed*: where these say the same.",
          answers.by_column),
    Table("Twins", "twins", "twins",
          "150 pairs of sentences in each half, right ones in words of their own and wrong ones "
          "that differ in one thing: what the check says of them, alone.", answers.twins),
    Table("Everyday questions", "everyday", "everyday",
          "100 that the collection answers and 40 that it does not, half of them in each split; "
          "counted. *Perfect* says the right sentence and cites it, *liar* a wrong one; *said* is "
          "what a model says before any check, *supported* what is shown as that of it. Of the "
          "bundled model a sample of one split, of one of half a billion parameters a beginning.",
          answers.everyday),
    Table("Agents", "agents", "sufficiency",
          "An agent without a model: one search, and where the answer is not in sight one or two "
          "fetches. Tokens are SmolLM2's; the peer is the service's own `/api/search`. Of what 200 "
          "searches take of the processor, threads counted apart, a fifth is the encoder, a ninth "
          "HTTP and the protocol, a twentieth the nearest vectors, as much the words; the rest "
          "is ranking and reading, in small parts.",
          answers.agents),
    Table("Agents, and the network chooses the sentences", "agents_network", "sufficiency",
          "The same with `tools.search_network`. Measured before sentences from elsewhere on a "
          "page had ids of their own and searches kept to one core.",
          answers.agents),
    Table("Answer strings", "answer_recall", "answer_recall",
          "1,000 real questions asked of no particular wiki: how often one of their answers "
          "stands in the first passages, as the two lists are fused and as they are ranked anew.",
          answers.answer_recall),
    Table("Injected passages", "injections", "injections",
          "How often instructions in a passage are followed.",
        answers.injections),
    Table("Before the model is asked", "before_model", "before_model",
          "From a question to the model that words its answer, medians of everyday questions, one "
          "after the other; processor time of all threads. Beside it search by words alone, which "
          "reads nothing.", answers.before_model),
    Table("What the service adds to an answer", "generation", "generation",
          "Beside a client that asks the same scripted server directly; all processes share two "
          "cores.", answers.generation),
    Table("The bundled model, through the service and directly", "generation", "generation",
          "The same prompts, nothing of them in the model's cache.", answers.bundled),
    Table("Building", "ingest", "ingest",
          "The keyword side, multistream bz2 to a published generation.", building.builds),
    Table("Reading, beside other tools", "ingest", "ingest",
          "CPU seconds per MB of XML, start-up included, one worker. WikiExtractor drops tables "
          "and infoboxes; layouts are not made here, as `extract` makes none.",
          building.tools),
    Table("Stages of a build", "ingest", "ingest",
          "CPU seconds, one stage after the other in one process.", building.stages),
    Table("Building the next dump", "update", "next_dump",
          "CPU seconds of a keyword build of a dump in which one page in fifty is edited: on a "
          "collection of the dump before it, and from nothing.", building.update),
    Table("The next dump while eight clients search", "update_under_load", "under_load",
          "Hybrid search over HTTP, half a second between the searches of a client, the update "
          "on the same two cores ([the course of it](pictures/update-under-load.svg)).",
          building.under_load),
    Table("What the next dump adds on disk", "update", "next_dump",
          "The generation that was updated, without vectors: MB of each part, and how many of them "
          "it does not share with the one before.", building.update_on_disk),
    Table("Real states of one wiki", "real_edits", "real_edits",
          "Afar Wikipedia as it was on six days, cut out of its history, its pages of all "
          "namespaces read as articles; a vector for every passage. Each dump as an update of the "
          "one before, and from nothing in the same run.", building.real_states),
    Table("A template is edited", "real_edits", "real_edits",
          "Latgalian Wikipedia. The first three are rendered without what they say; the others are "
          "expanded, and every page that uses them is read again.",
          building.template_edits),
    Table("Templates of the dump", "templates", "templates",
          "Latgalian Wikipedia, which has its templates; and a table of many, made of these. A "
          "small wiki, most of whose templates Pinakes renders itself, or navigate.",
          building.dump_templates),
    Table("A cluster beside local processes", "cluster", "cluster",
          "The same dump read by processes of this machine and by workers of dask on it, 256 of "
          "its passages encoded, and 2,000 tasks that do nothing. CPU seconds are those of all "
          "processes, for reading of the whole build by keywords. On two cores that others used "
          "too: wall seconds say little.", building.cluster),
    Table("The longest build", "long_run", "long_run",
          "Synthetic wikis by keywords, one machine, the last as large as the time allowed; and "
          "the straight line through them to all Wikipedias, which nobody has run. On two cores "
          "that others used too, at the lowest priority: wall hours say little, CPU hours more. "
          "Writing the dump is not counted. The largest is the beginning of a wiki four times as "
          "large, so that three of its links in four lead nowhere.", building.long_run),
    Table("Time on paper", "ingest", "ingest",
          "The keyword side of large wikis, worked out from the figures above and not run: lower "
          "figures from real wikitext, upper ones from plain text.", building.on_paper),
    Table("Disk on paper", "ingest", "ingest",
          "Worked out in the same way; without vectors.", building.disk_on_paper),
    Table("Memory on paper", "ingest", "ingest",
          "Of all processes together; it does not grow with the dump.", building.memory_on_paper),
    Table("What the text keeps", "fidelity", "fidelity",
          "Of the numbers and words in the source, against an independent parser's reading; what "
          "stands in templates that nobody knows is among them. Of each corpus one half was tuned "
          "on, the other judges. The peer is mwparserfromhell's `strip_code` under the same meter.",
          building.fidelity),
    Table("What the text keeps, by language", "fidelity", "fidelity",
          "The same pages, both halves, by the language of their wiki.",
          building.fidelity_by_language),
    Table("Rendered pages", "rendered", "rendered",
          "HTML to text, 124 articles of a ZIM file: of an article's words (without navigation, "
          "references and notices) those kept, of all others on the page those shown; what is lost "
          "are headings of sections without text.", building.rendered),
    Table("Layout beside the text", "layout", "layout",
          "What it takes to keep which lines are items, rows and quotations, and where cells, "
          "links, formulas and code stand, beside the text as it is stored. Of the Latgalian pages "
          "above 15 % the median has 236 characters of text and 44 bytes of layout; longer ones "
          "are lists of links. Links to articles whose words are in the text. CPU: of "
          "`parse_document` alone, which is 1 without a layout; of reading a dump it is about a "
          "quarter.", building.layout),
    Table("A folder of manuals", "folder", "folder",
          "Markdown files of 4,000 characters until keywords find them: the command, with two "
          "processes. An update: three files added, two changed, one removed. The two cores were "
          "shared with other work, as the load says: by the clock it takes as many times longer.",
          building.folder),
    Table("Sentences", "sentences", "sentences",
          "Cuts that are wrong whatever the text says: in a date, before a small letter, behind an "
          "initial. Languages without any are left out.", building.sentences),
    Table("MediaWiki's parser tests", "parser_tests", "parser_tests",
          "The cases about the text of a page.", building.parser_tests),
    Table("Field cases", "field_cases", "field_cases",
          "Wikitext from public reports and real articles, by its kind, and what the reader of the "
          "page sees.", building.field_cases),
    Table("Memory", "memory", "memory",
          "Anonymous pages while 10 GB of XML are read.", building.memory),
    Table("Time against size", "worst_constructs", "worst_constructs",
          "The eight steepest of 66 constructs made to be slow; 1 is a straight line.",
          building.worst),
    Table("Vectors of a new dump", "carried_vectors", "carried_vectors",
          "A million vectors, two in a hundred passages changed: what an update does with those "
          "that there are, beside writing all. What the encoder takes itself must be added.",
          building.carried_vectors),
    Table("Vectors of a new dump: what is found", "carried_vectors", "carried_vectors",
          "Against exact search, and beside one written afresh on the same vectors; each "
          "looks into as many lists as it has chosen (.99 was wanted of the overlap). With 200,000 "
          "vectors recall@10 was .9805 and .9800, overlap@10 .9965.",
          building.carried_vectors_found),
    Table("Killed builds", "kills", "",
          "Every build went on after SIGKILL.", building.kills),
    Table("Failing disks", "faults", "",
          "Calls to the system that failed in a build or an update, or were its last.",
          building.faults),
    Table("Damage", "flips", "",
          "Flipped bits and lost blocks in a collection.", building.flips),
    Table("Installed size", "installation", "",
          "New virtual environments with the wheel.", building.installation),
    Table("On a GPU: embedding", "gpu", "gains",
          "Passages a second, beside what a build does on the CPU.",
          lambda figures: figures["embedding"]),
    Table("On a GPU: training the reading model", "gpu", "gains",
          "Examples a second, of 192 tokens.", lambda figures: figures["training"]),
    Table("On a GPU: a generator, bare and through the service", "gpu", "gains",
          "*kept*: its tokens a second with the service's work on the CPU, as a share of those "
          "without.", lambda figures: figures["generation"]),
    Table("HTTP servers under attack", "servers", "servers",
          "Each with all the limits it offers set; *bare*: none.", answers.servers),
    Table("Friends, of whom one floods", "friends", "friends",
          "Each has a token. Seven ask and pause; the eighth has 32 questions at once, for as long "
          "as they do. A scripted model with two slots; the machine was busy with other work. "
          "*model asked*: the share of its slots that the seven take by themselves; *floor*: "
          "alone, and what is left on the average of a running answer, were all slots taken.",
          answers.friends),
    Table("Budgets of the pages", "budgets", "budgets",
          "In Chromium, beside kiwix-serve where it has the same: 6,000 articles; an article of a "
          "million letters; the first words of an answer after Enter, and kiwix-serve's page of "
          "results for the same words; *moved*: cumulative layout shift. Medians but for p95. No "
          "model was asked.", peers.budgets),
    Table("Beside kiwix-serve: reading", "beside_kiwix", "beside_kiwix",
          "Ten articles in Chromium, medians, the same articles in both: a ZIM file, whose "
          "pictures kiwix-serve sends, and 6,000 articles of text alone, which were written into "
          "another. *First*: in a browser that has seen nothing; *LCP*: until the largest part is "
          "drawn. Two busy cores.", peers.read_beside),
    Table("Beside kiwix-serve: searching", "beside_kiwix", "beside_kiwix",
          "How often a title is suggested once half of it is typed, the request alone and from "
          "the last key to the list as it is drawn (kiwix-serve waits 300 ms by design); and how "
          "often the first ten results have the page: 100 of the development questions, which "
          "Kiwix wants without stop words, and six words of an article.", peers.searched_beside),
    Table("Beside kiwix-serve: serving", "beside_kiwix", "beside_kiwix",
          "From the start to the first article; memory of the process when nothing has been asked "
          "and after all of the above; disk. Pinakes searches by meaning too: its encoder lies on "
          "disk once for all collections, and in memory.", peers.served_beside),
)  # fmt: skip


def all_tables() -> str:
    """Every table beneath its heading, with machine, date, corpus and command."""
    return "\n\n".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    results = _BENCH / "results" / f"{table.results}.json"
    command = "make test-wheel" if table.results == "installation" else "make test-slow"
    if table.module:
        [module] = _BENCH.rglob(f"{table.module}.py")
        command = f"python -m {'.'.join(module.relative_to(_BENCH.parent).with_suffix('').parts)}"
    if not results.exists():
        return "\n\n".join([f"## {table.title}", table.note, f"`{command}`: not run yet."])
    found = json.loads(results.read_text(encoding="utf-8"))
    machine = found["machine"]
    about = (
        f"`{command}`, {found['measured'][:10]}, {machine['cores']} cores "
        f"({machine['processor']}). Corpus: {found['corpus']}."
    )
    return "\n\n".join(
        [f"## {table.title}", table.note, about, drawn([*table.rows(found["figures"])])]
    )
