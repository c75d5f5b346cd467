"""One thin ROS node a file: parameters and topics, then straight into the library."""
