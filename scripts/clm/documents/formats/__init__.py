"""One module for each family of file formats; each turns content into lines of speech or prose."""
