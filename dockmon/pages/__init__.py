"""The HTML shell, its headers and its assets."""
