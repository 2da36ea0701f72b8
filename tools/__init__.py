"""What keeps the course and is no part of its lessons: authoring, and the check of the machine."""
