/* The search of a book that is read from a folder, where no page may read another. */
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  document.getElementById("in-a-folder").hidden = false;
}
