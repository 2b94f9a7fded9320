/*
 * The server's side of the protocol, version 3.0.
 */
#include "script.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "sql/scan.h"

enum
{
    CONNECT_WITHIN = 20000, /* ms */
    PID = 4242,
    TEXT_OID = 25,
    TERMINATE = 'X'
};

struct Reply
{
    Text rows; /* messages */
    int count;
    char tag[64];
    char sqlstate[6];
    char message[200];
    bool cuts;
};

struct Script
{
    ScriptAnswer answer;
    void *context;
    Arena *arena;
    char directory[40];
    ConnParams params;
    const char *values[6];
    int listener;
    int fd; /* of the connection */
    pthread_t thread;
    char status; /* of the transaction: I, T or E */
    bool is_cut;
    ScanList asked;
};

/* ---- messages ---- */

static void
put_int(Text *text, uint32_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        text_append_char(text, (char)(unsigned char)(value >> shift & 0xff));
}

static void
put_string(Text *text, const char *string)
{
    text_append_n(text, string, strlen(string) + 1);
}

static void
put_message(Text *out, char type, const Text *body)
{
    text_append_char(out, type);
    put_int(out, (uint32_t)body->length + 4, 4);
    text_append_n(out, text_cstr(body), body->length);
}

static void
put_parameter(Text *out, const char *name, const char *value)
{
    Text body = {0};

    put_string(&body, name);
    put_string(&body, value);
    put_message(out, 'S', &body);
    text_clear(&body);
}

static void
put_ready(const Script *script, Text *out)
{
    Text body = {0};

    text_append_char(&body, script->status);
    put_message(out, 'Z', &body);
    text_clear(&body);
}

/* Everything that lets libpq count the connection as made. */
static void
put_welcome(const Script *script, Text *out)
{
    Text body = {0};

    put_int(&body, 0, 4);
    put_message(out, 'R', &body);
    put_parameter(out, "server_version", "15.0");
    put_parameter(out, "server_encoding", "UTF8");
    put_parameter(out, "client_encoding", "UTF8");
    put_parameter(out, "standard_conforming_strings", "on");
    text_reset(&body);
    put_int(&body, PID, 4);
    put_int(&body, 1, 4);
    put_message(out, 'K', &body);
    put_ready(script, out);
    text_clear(&body);
}

static void
put_error(Text *out, const Reply *reply)
{
    Text body = {0};

    put_string(&body, "SERROR");
    put_string(&body, "VERROR");
    text_append_char(&body, 'C');
    put_string(&body, reply->sqlstate);
    text_append_char(&body, 'M');
    put_string(&body, reply->message);
    text_append_char(&body, '\0');
    put_message(out, 'E', &body);
    text_clear(&body);
}

static void
put_complete(Text *out, const Reply *reply)
{
    Text body = {0};

    put_string(&body, reply->tag);
    put_message(out, 'C', &body);
    text_clear(&body);
}

/* ---- replies ---- */

static void
describe_field(Text *body, const char *name)
{
    put_string(body, name);
    put_int(body, 0, 4); /* of no table */
    put_int(body, 0, 2);
    put_int(body, TEXT_OID, 4);
    put_int(body, UINT16_MAX, 2);
    put_int(body, UINT32_MAX, 4);
    put_int(body, 0, 2); /* as text */
}

static void
put_value(Text *body, const char *value)
{
    put_int(body, value != NULL ? (uint32_t)strlen(value) : UINT32_MAX, 4);
    text_append(body, value != NULL ? value : "");
}

static void
put_fields(Text *out, char type, int count, const Text *fields)
{
    Text body = {0};

    put_int(&body, (uint32_t)count, 2);
    text_append_n(&body, text_cstr(fields), fields->length);
    put_message(out, type, &body);
    text_clear(&body);
}

void
reply_row(Reply *reply, ...)
{
    Text names = {0}, values = {0};
    int count = 0;
    va_list args;

    va_start(args, reply);
    for (const char *name; (name = va_arg(args, const char *)) != NULL; count++)
    {
        describe_field(&names, name);
        put_value(&values, va_arg(args, const char *));
    }
    va_end(args);
    if (reply->count++ == 0)
        put_fields(&reply->rows, 'T', count, &names);
    put_fields(&reply->rows, 'D', count, &values);
    text_clear(&names);
    text_clear(&values);
}

bool
reply_is_empty(const Reply *reply)
{
    return reply->count == 0 && reply->sqlstate[0] == '\0' && !reply->cuts;
}

void
reply_tag(Reply *reply, const char *tag)
{
    snprintf(reply->tag, sizeof(reply->tag), "%s", tag);
}

void
reply_fails(Reply *reply, const char *sqlstate, const char *message)
{
    snprintf(reply->sqlstate, sizeof(reply->sqlstate), "%s", sqlstate);
    snprintf(reply->message, sizeof(reply->message), "%s", message);
}

void
reply_cuts(Reply *reply)
{
    reply->cuts = true;
}

/* ---- statements ---- */

static bool
begins(const char *statement, const char *words)
{
    return strncmp(statement, words, strlen(words)) == 0;
}

static void
follow_transaction(Script *script, const char *statement, bool failed)
{
    if (failed)
        script->status = script->status == 'I' ? 'I' : 'E';
    else if (begins(statement, "BEGIN"))
        script->status = 'T';
    else if (begins(statement, "COMMIT") || strcmp(statement, "ROLLBACK") == 0)
        script->status = 'I';
}

static void
answer_identity(Reply *reply)
{
    char pid[16];

    snprintf(pid, sizeof(pid), "%d", PID);
    reply_row(reply, "pid", pid, "age", "0", NULL);
}

static void
remember(Script *script, const char *statement)
{
    ScanList *asked = &script->asked;

    asked->items = realloc(asked->items, sizeof(char *) * (size_t)(asked->count + 1));
    if (asked->items == NULL)
        fault("out of memory (a script)");
    asked->items[asked->count++] = arena_strdup(script->arena, statement);
}

/* False if it failed. */
static bool
serve_statement(Script *script, const char *statement, Text *out)
{
    Reply reply = {.tag = "OK"};
    bool failed;

    if (strstr(statement, "pg_stat_get_activity(pg_catalog.pg_backend_pid())") != NULL)
        answer_identity(&reply);
    else
    {
        remember(script, statement);
        script->answer(script->context, statement, &reply);
    }
    script->is_cut = reply.cuts;
    failed = reply.sqlstate[0] != '\0' || reply.cuts;
    follow_transaction(script, statement, failed);
    if (failed)
        put_error(out, &reply);
    else
    {
        text_append_n(out, text_cstr(&reply.rows), reply.rows.length);
        put_complete(out, &reply);
    }
    text_clear(&reply.rows);
    return !failed;
}

static void
serve_query(Script *script, const char *sql, Text *out)
{
    Arena *scratch = arena_new();
    Error error = ERROR_INIT;
    ScanList list;
    Text nothing = {0};

    if (!scan_statements(scratch, sql, &list, &error))
        fault("the script cannot read: %s", sql);
    if (list.count == 0)
        put_message(out, 'I', &nothing);
    for (int i = 0; i < list.count; i++)
        if (!serve_statement(script, list.items[i], out))
            break;
    put_ready(script, out);
    arena_free(scratch);
}

/* ---- the connection ---- */

static bool
read_bytes(int fd, void *buffer, size_t length)
{
    ssize_t got = recv(fd, buffer, length, MSG_WAITALL);

    return got == (ssize_t)length;
}

/* A message behind its type: NULL at the end; to be freed. */
static char *
read_body(int fd)
{
    unsigned char head[4];
    size_t length;
    char *body;

    if (!read_bytes(fd, head, 4))
        return NULL;
    length = ((size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]) - 4;
    body = calloc(1, length + 1);
    if (body != NULL && read_bytes(fd, body, length))
        return body;
    free(body);
    return NULL;
}

static bool
send_all(int fd, Text *out)
{
    for (size_t at = 0; at < out->length;)
    {
        ssize_t sent = send(fd, out->data + at, out->length - at, MSG_NOSIGNAL);

        if (sent < 0)
            return false;
        at += (size_t)sent;
    }
    text_reset(out);
    return true;
}

static void
serve(Script *script)
{
    Text out = {0};
    char *startup = read_body(script->fd);
    char type;

    if (startup != NULL)
        put_welcome(script, &out);
    free(startup);
    while (send_all(script->fd, &out) && read_bytes(script->fd, &type, 1) && type != TERMINATE)
    {
        char *body = read_body(script->fd);

        if (body == NULL)
            break;
        if (type != 'Q')
            fault("the script does not know messages '%c'", type);
        serve_query(script, body, &out);
        free(body);
        if (script->is_cut)
            break;
    }
    text_clear(&out);
}

static void *
run(void *data)
{
    Script *script = data;
    struct pollfd ready = {.fd = script->listener, .events = POLLIN};

    if (poll(&ready, 1, CONNECT_WITHIN) != 1)
        return NULL;
    script->fd = accept(script->listener, NULL, NULL);
    serve(script);
    close(script->fd);
    return NULL;
}

static void
listen_in(Script *script)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(script->directory, "/tmp/pgswap-script-XXXXXX");
    if (mkdtemp(script->directory) == NULL)
        fault("no directory for a socket");
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/.s.PGSQL.5432", script->directory);
    script->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(script->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(script->listener, 1) != 0)
        fault("no socket in %s", script->directory);
}

Script *
script_open(ScriptAnswer answer, void *context)
{
    static const char *const keywords[] = {"host", "port", "user", "dbname", "sslmode", NULL};
    Arena *arena = arena_new();
    Script *script = arena_alloc(arena, sizeof(*script));

    script->arena = arena;
    script->answer = answer;
    script->context = context;
    script->status = 'I';
    listen_in(script);
    script->values[0] = script->directory;
    script->values[1] = "5432";
    script->values[2] = script->values[3] = "script";
    script->values[4] = "disable";
    script->params = (ConnParams){
        .keywords = keywords, .values = script->values, .connect_timeout = CONNECT_WITHIN};
    if (pthread_create(&script->thread, NULL, run, script) != 0)
        fault("no thread for a script");
    return script;
}

const ConnParams *
script_params(const Script *script)
{
    return &script->params;
}

int
script_asked(const Script *script)
{
    return script->asked.count;
}

const char *
script_statement(const Script *script, int number)
{
    return number < script->asked.count ? script->asked.items[number] : "";
}

int
script_count(const Script *script, const char *piece)
{
    int count = 0;

    for (int i = 0; i < script->asked.count; i++)
        count += strstr(script->asked.items[i], piece) != NULL;
    return count;
}

void
script_forget(Script *script)
{
    script->asked.count = 0;
}

void
script_close(Script *script)
{
    char path[60];

    pthread_join(script->thread, NULL);
    close(script->listener);
    snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", script->directory);
    unlink(path);
    rmdir(script->directory);
    free(script->asked.items);
    arena_free(script->arena);
}
