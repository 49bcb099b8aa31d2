"""The project as a whole: its documents, its form, its floors."""
