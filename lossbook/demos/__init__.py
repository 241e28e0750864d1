"""The live figures of the book, one function each: a package a chapter, a module a page."""
