SHOW /* dbarchitect */ GLOBAL STATUS
