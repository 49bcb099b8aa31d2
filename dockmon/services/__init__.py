"""The work. Knows values and ports; no docker, SQL, Flask or eventlet."""
