/*
 * The line at the bottom of the terminal that is drawn over and over: what else is printed on
 * stderr takes it away first.
 */
#pragma once

/* Draws it on stderr, in the place of the last one. */
void line_draw(const char *text);

/* Takes it away so that something else can be printed. */
void line_hide(void);
