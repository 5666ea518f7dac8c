"""What the machines' door must withstand; counts come from whoever runs it: tests with small ones, the proofs with those promised."""
