"""Reports: findings as text for a person, or as a document for a program. They know findings only."""
