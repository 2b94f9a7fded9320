/*
 * Whether the server runs on this machine, and nothing stands between.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conn_private.h"

/* The process that listens at the other end of a Unix socket; 0 if it is none, or out of sight. */
static int64_t
listener(const Conn *conn)
{
#ifdef SO_PEERCRED
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(PQsocket(conn->pg), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
        return peer.pid > 0 ? peer.pid : 0;
#endif
    (void)conn;
    return 0;
}

/* Parent of a process, or -1. */
static int64_t
parent_of(int64_t pid)
{
    char path[64], line[512];
    const char *end;
    int64_t parent = -1;
    FILE *file;
    size_t length;

    snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
    file = fopen(path, "r");
    if (file == NULL)
        return -1;
    length = fread(line, 1, sizeof(line) - 1, file);
    line[length] = '\0';
    fclose(file);
    end = strrchr(line, ')'); /* a name may hold anything */
    if (end == NULL || sscanf(end, ") %*c %" SCNd64, &parent) != 1)
        return -1;
    return parent;
}

/* What the server says its session's process is, is here, and a child of who listens. */
bool
conn_server_is_here(const Conn *conn)
{
    int64_t postmaster = conn_is_open(conn) ? listener(conn) : 0;

    return postmaster > 0 && parent_of(conn_backend_pid(conn)) == postmaster;
}
