/*
 * A disk that is full on command, for the server under test (LD_PRELOAD).  As long as the file that
 * DISKFULL_SWITCH names exists, and it says "BYTES DIRECTORY", the files under that directory may
 * take so much together; whatever would make one of them grow beyond that fails with the kernel's
 * own error, ENOSPC.  Files can be read, overwritten and removed, and what they took can be taken
 * again.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static off_t used;

static int
add_size(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)path;
    (void)ftw;
    if (kind == FTW_F)
        used += status->st_size;
    return 0;
}

/* The limit, or false if there is none for the file. */
static bool
find_limit(const char *path, long long *limit, char directory[4096])
{
    const char *name = getenv("DISKFULL_SWITCH");
    FILE *file = name != NULL ? fopen(name, "r") : NULL;
    bool found = file != NULL && fscanf(file, "%lld %4095s", limit, directory) == 2 &&
                 strncmp(path, directory, strlen(directory)) == 0;

    if (file != NULL)
        fclose(file);
    return found;
}

static bool
has_room(int fd, off_t end)
{
    char link[64], path[4096], directory[4096];
    struct stat status;
    long long limit;
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (fstat(fd, &status) != 0 || end <= status.st_size ||
        (length = readlink(link, path, sizeof(path) - 1)) < 0)
        return true;
    path[length] = '\0';
    if (!find_limit(path, &limit, directory))
        return true;
    used = 0;
    nftw(directory, add_size, 16, FTW_PHYS);
    return used + (end - status.st_size) <= limit;
}

/* errno is ENOSPC then, and else as it was. */
static bool
is_full(int fd, off_t end)
{
    int saved = errno;
    bool full = !has_room(fd, end);

    errno = full ? ENOSPC : saved;
    return full;
}

static off_t
total(const struct iovec *parts, int count)
{
    off_t sum = 0;

    for (int i = 0; i < count; i++)
        sum += (off_t)parts[i].iov_len;
    return sum;
}

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t
pwrite(int fd, const void *data, size_t length, off_t offset)
{
    return is_full(fd, offset + (off_t)length) ? -1 : NEXT(pwrite)(fd, data, length, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    return is_full(fd, offset + (off_t)length) ? -1 : NEXT(pwrite64)(fd, data, length, offset);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    return is_full(fd, offset + total(parts, count)) ? -1 : NEXT(pwritev)(fd, parts, count, offset);
}

ssize_t
pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
    return is_full(fd, offset + total(parts, count)) ? -1
                                                     : NEXT(pwritev64)(fd, parts, count, offset);
}

int
posix_fallocate(int fd, off_t offset, off_t length)
{
    return is_full(fd, offset + length) ? ENOSPC : NEXT(posix_fallocate)(fd, offset, length);
}

int
posix_fallocate64(int fd, off64_t offset, off64_t length)
{
    return is_full(fd, offset + length) ? ENOSPC : NEXT(posix_fallocate64)(fd, offset, length);
}
