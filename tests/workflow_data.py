"""The small data set of the workflow tests."""

from pathlib import Path

from runner import ARTICLES, Workflow


def small_data_set(directory: Path) -> Workflow:
    """Two folders, one keyword, and articles of which one is led to by missed words only."""
    workflow = Workflow(directory)
    # The references go on where the clips end, so that every model misses words.
    workflow.add("one", source=0, text="Good morning, and welcome to the first lecture on osmosis.")
    workflow.add("two", source=1, text="Where does a cell get its power? From mitochondria.")
    workflow.write("keywords/keywords.txt", "osmosis\n")
    for title, text in ARTICLES.items():
        workflow.write(f"articles/{title}.txt", text)
    return workflow
