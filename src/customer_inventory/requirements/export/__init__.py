"""What is made of requirements for people and other systems: files of several forms."""
