"""The dumps of a MediaWiki: files, XML, wikitext, templates."""
