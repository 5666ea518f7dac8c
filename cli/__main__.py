"""`python -m cli …`: the same as `muster …`, in whichever environment this Python belongs to."""

from cli.main import main

if __name__ == "__main__":
    main()
