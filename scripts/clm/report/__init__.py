"""The report: results of the workflow as one page to look at, listen to and send around.

`gather` reads what there is, `words`, `alignments`, `verdict` and `tables` turn it into what is shown, `figures` draws,
and `page` writes the files. Nothing is computed twice: every rate and count is that of leaderboard.csv and its inputs.
"""
