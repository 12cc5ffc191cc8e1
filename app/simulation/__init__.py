"""Days of a county: replay, score, demo phones and the fakes of vendors. Not part of the API image."""
