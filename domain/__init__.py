"""The trade in plain Python and Pydantic: no input or output, no Temporal, nothing else of ours."""
