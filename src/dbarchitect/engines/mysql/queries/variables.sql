SHOW /* dbarchitect */ GLOBAL VARIABLES
