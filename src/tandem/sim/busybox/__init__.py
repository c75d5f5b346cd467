"""The BusyBox in MuJoCo: one free body ``box`` that carries its modules, whose parts move by joints of the parts' names."""
