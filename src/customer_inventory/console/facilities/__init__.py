"""Screens of the facilities: health, backups and drills, repositories, shortcomings."""
