"""The BusyBox: what it is made of, where its parts are, what states they have. See config/busybox.yaml."""
