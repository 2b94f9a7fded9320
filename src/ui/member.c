/*
 * Members of JSON objects.
 */
#include "ui/member.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"

static json_t *
ascii_of(const char *text)
{
    Text ascii = {0};
    json_t *value;

    for (; *text != '\0'; text++)
        text_append_char(&ascii, (unsigned char)*text < 0x80 ? *text : '?');
    value = json_string(text_cstr(&ascii));
    text_clear(&ascii);
    return value;
}

json_t *
member_string(const char *text)
{
    json_t *value = text != NULL ? json_string(text) : json_null();

    return value != NULL ? value : ascii_of(text);
}

void
member_object(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value != NULL ? value : json_null()) != 0)
        abort(); /* out of memory */
}

void
member_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        abort(); /* out of memory */
}

void
member_text(json_t *object, const char *name, const char *text)
{
    member_object(object, name, member_string(text));
}

void
member_integer(json_t *object, const char *name, int64_t value)
{
    member_object(object, name, json_integer(value));
}

void
member_real(json_t *object, const char *name, double value)
{
    member_object(object, name, isfinite(value) ? json_real(value) : json_null());
}

void
member_flag(json_t *object, const char *name, bool value)
{
    member_object(object, name, json_boolean(value));
}
