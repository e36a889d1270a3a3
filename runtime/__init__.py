"""Run operator graphs over batches and watermarks."""
