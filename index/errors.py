"""What can be wrong with a collection, as one tree.

CollectionError
├── NoCollection         nothing has been built here yet
├── UnknownCollection    none of the collections here has that name
├── SeveralCollections   there are several, and none was named
├── UnknownGeneration    the collection has no generation of that name, or none to go back to
├── BadName              no collection can be called so, or one is already
├── InUse                a process holds what is to be removed
├── UnknownFormat        a generation written by another version of Pinakes
├── DamagedGeneration    files are missing, of the wrong size, or do not fit together
├── UnreadableGeneration its files may not be read by this user
├── EncoderMismatch      the vectors were made by another encoder
├── EncoderNotExportable the encoder cannot ask questions without PyTorch, or asks them otherwise
├── EncoderNotFound      no such encoder, or its weights are not the published ones
├── UnusablePageviews    a file of page views that cannot be read, or is of other wikis
├── UnusableModel        a reranker, reader or entailment model that is not what its setting wants
├── BuildInProgress      another build holds the collection
├── UnfitWeights         fitted weights that were fitted for something else than they are read for
├── Withheld             a new generation that guards keep from going live
├── NotAnUpdate          a dump that is older, unchecked, or for a generation of another format
├── OtherWiki            the collection holds another wiki than the dump is of
├── UnusableCluster      a cluster that nobody answers for, or whose workers cannot build this
├── ClusterLost          a cluster that was there when the build began
├── BadPack              a pack that is not whole, not what it says, or not to be trusted
├── DiskFull             no room to build, or to go on building
├── BadQuery             nothing to search for, or too much
└── BadQuestions         a file of questions, or an earlier run, that cannot be used
"""

__all__ = [
    "BadName",
    "BadPack",
    "BadQuery",
    "BadQuestions",
    "BuildInProgress",
    "ClusterLost",
    "CollectionError",
    "DamagedGeneration",
    "DiskFull",
    "EncoderMismatch",
    "EncoderNotExportable",
    "EncoderNotFound",
    "InUse",
    "NoCollection",
    "NotAnUpdate",
    "OtherWiki",
    "SeveralCollections",
    "UnfitWeights",
    "UnknownCollection",
    "UnknownFormat",
    "UnknownGeneration",
    "UnreadableGeneration",
    "UnusableCluster",
    "UnusableModel",
    "UnusablePageviews",
    "Withheld",
]


class CollectionError(Exception):
    """Base of every error raised by the index package."""


class NoCollection(CollectionError):
    """There is no such collection, or it has no published generation."""


class UnknownCollection(CollectionError):
    """None of the collections here has that name; the message lists them."""


class SeveralCollections(CollectionError):
    """There are several collections, and none was named; the message lists them."""


class UnknownGeneration(CollectionError):
    """The collection has no generation of that name, or none to go back to."""


class BadName(CollectionError):
    """A collection cannot be called so, or another one is."""


class InUse(CollectionError):
    """What is to be removed is current, or some process holds it."""


class UnknownFormat(CollectionError):
    """The generation's ``format_version`` is not this version's: build it again."""


class DamagedGeneration(CollectionError):
    """The generation's files are not what its manifest says."""


class UnreadableGeneration(CollectionError):
    """The generation's files are there, and this user may not read them."""


class EncoderMismatch(CollectionError):
    """The encoder configured is not the one that made the vectors."""


class EncoderNotExportable(CollectionError):
    """The encoder's questions would need PyTorch, or miss the passages it encodes."""


class EncoderNotFound(CollectionError):
    """The encoder named is not installed, or its weights are not those it should have."""


class BuildInProgress(CollectionError):
    """Another process is building this collection."""


class UnfitWeights(CollectionError):
    """A file of fitted weights was fitted on other features or scores than it is read for."""


class Withheld(CollectionError):
    """A generation is whole and not published: why, and the option that accepts it."""


class NotAnUpdate(CollectionError):
    """The dump is older than what answers, lacks checksums, or the format is another one."""


class OtherWiki(CollectionError):
    """The collection holds another wiki than the dump is of, and nobody said to replace it."""


class UnusableCluster(CollectionError):
    """No scheduler answers, or its workers run something else or see other files; says which."""


class ClusterLost(CollectionError):
    """The scheduler, or the last of its workers, is gone; the build goes on when run again."""


class BadPack(CollectionError):
    """What was to be unpacked is no pack, or not as it was packed; nothing was published."""


class DiskFull(CollectionError):
    """There is no room on the disk of the collection."""


class BadQuery(CollectionError):
    """The query is empty, holds no word, or is too long."""


class BadQuestions(CollectionError):
    """A file of questions, judgments or ranks is not what it should be, or fits nothing here."""


class UnusablePageviews(CollectionError):
    """A file of page views that cannot be read, or has nothing of the wiki."""


class UnusableModel(CollectionError):
    """The model that a setting names is not there, or is another kind of model than it is for."""
