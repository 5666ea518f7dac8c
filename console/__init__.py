"""The people's door in a browser: pages HR officers, boards, offices and auditors work in."""
