"""What is looked at in the database, a family of checks a module with its statements beside it.

Each statement takes the floor below which nothing is worth a word, and returns what is there: the
object, a value that is worse the higher it is, and figures behind it. It never returns a value of
a customer, nor the text of a statement that is not ours.
"""
