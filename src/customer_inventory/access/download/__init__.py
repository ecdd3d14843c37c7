"""Downloads: records taken away in bulk as files, governed from the request to the last byte."""
