"""What every room counts with: codes, eras, dates, search keys, encodings. Plain Python."""
