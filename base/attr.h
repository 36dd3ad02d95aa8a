/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_ATTR_H
#define LM_BASE_ATTR_H

/*
 * The few words that the whole house adds to C: attributes, array length, and locals that let go
 * of what they own at the end of their scope.
 */

#define LM_MUST_USE     __attribute__((warn_unused_result))
#define LM_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define LM_COUNT(a)     (sizeof(a) / sizeof((a)[0]))

/*
 * LM_DEFINE_AUTO(graph, graph_free) makes
 *	LM_AUTO(graph) g = graph_build(...);
 * call graph_free(g) on every way out of the scope, unless LM_STEAL(g) gave it to another owner.
 */
#define LM_DEFINE_AUTO(tag, free_fn)                       \
	static inline void tag##_auto_free(struct tag **p) \
	{                                                  \
		free_fn(*p);                               \
	}                                                  \
	struct tag
#define LM_AUTO(tag) __attribute__((cleanup(tag##_auto_free))) struct tag *

#define LM_STEAL(p)                          \
	__extension__({                      \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})

#endif
