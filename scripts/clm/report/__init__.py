"""The report: results of the workflow as one page to look at, listen to and pass on.

`gather` reads the results, `listening` and `tables` prepare the data, `figures` draws, and `page` writes the files.
Nothing is computed twice: every rate and count is that of leaderboard.csv and its inputs.
"""
