"""Work that is done at intervals, by one replica at a time. One file a job."""
