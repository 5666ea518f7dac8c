"""The rules: each judge takes facts and the rules in force, and gives a Decision with its reasons."""
