/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/screen.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct screen screen_stdout(void)
{
	struct screen s = {.live = isatty(STDOUT_FILENO) != 0};
	struct winsize w = {0};

	if (s.live && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0) {
		s.columns = w.ws_col;
		s.rows = w.ws_row;
	}
	return s;
}

/* Bytes of the colour that is set here; 0: none is. */
static size_t colour_size(const char *p)
{
	const char *end;

	if (p[0] != '\033' || p[1] != '[')
		return 0;
	end = p + 2 + strcspn(p + 2, "m\n");
	return *end == 'm' ? (size_t)(end + 1 - p) : 0;
}

/* As much of a line as there is room for, and every colour in it: one may be the last's end. */
static void put_line(const char *line, size_t n, unsigned columns, struct lm_buf *out)
{
	unsigned used = 0;

	for (size_t i = 0; i < n;) {
		size_t size = colour_size(line + i);

		if (size == 0) {
			used++;
			for (size = 1; (line[i + size] & 0xc0) == 0x80;)
				size++;
			if (columns != 0 && used > columns) {
				i += size;
				continue;
			}
		}
		lm_buf_add(out, line + i, size);
		i += size;
	}
}

void screen_draw(struct screen *s, const char *text, struct lm_buf *out)
{
	size_t lines = 0, most = s->rows > 1 ? s->rows - 1 : 0;

	if (!s->live) {
		lm_buf_puts(out, text);
		return;
	}
	if (s->drawn > 0)
		lm_buf_printf(out, "\033[%zuA\r", s->drawn);
	for (const char *p = text; *p != '\0' && (most == 0 || lines < most); lines++) {
		size_t n = strcspn(p, "\n");

		put_line(p, n, s->columns, out);
		lm_buf_puts(out, "\033[K\n");
		p += n + (p[n] == '\n');
	}
	lm_buf_puts(out, "\033[J");
	s->drawn = lines;
}
