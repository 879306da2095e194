-- Linux's own files, read by the server; each is NULL where it does not exist. A container's limit is below the machine's.
SELECT /* dbarchitect */
    pg_read_file('/proc/meminfo', 0, 65536, true) AS meminfo,
    pg_read_file('/sys/devices/system/cpu/online', 0, 4096, true) AS processors,
    pg_read_file('/sys/fs/cgroup/memory.max', 0, 4096, true) AS memory_limit,
    pg_read_file('/sys/fs/cgroup/cpu.max', 0, 4096, true) AS processor_limit
