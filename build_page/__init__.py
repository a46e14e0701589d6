"""Makes the editor's page, and packs it with the rest: the build backend of this project."""
