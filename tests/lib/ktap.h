/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ktap.h - a test program in C: a list of cases, KTAP on stdout
 *
 * The plan comes first, so that a program that dies in the middle is seen to
 * have died.
 */
#ifndef KVMGT_TESTS_KTAP_H
#define KVMGT_TESTS_KTAP_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct ktap_case - one test
 * @name: what it shows
 * @run: shows it with CHECK() and CHECK_EQ()
 */
struct ktap_case {
	const char *name;
	void (*run)(void);
};

#define KTAP_CASE(fn)	{ #fn, fn }

/* One in a program, in however many files there are checks. */
__attribute__((__weak__)) bool ktap_case_failed;

static inline bool ktap_check(bool ok, const char *file, int line, const char *what)
{
	if (!ok) {
		ktap_case_failed = true;
		printf("# %s:%d: %s\n", file, line, what);
	}
	return ok;
}

static inline bool ktap_check_eq(unsigned long long a, unsigned long long b, const char *file,
				 int line, const char *what)
{
	if (!ktap_check(a == b, file, line, what))
		printf("#   %#llx, expected %#llx\n", a, b);
	return a == b;
}

/* Both go on after a failure and say whether it was one. */
#define CHECK(cond)	ktap_check(cond, __FILE__, __LINE__, #cond)
#define CHECK_EQ(a, b)									\
	ktap_check_eq((unsigned long long)(a), (unsigned long long)(b), __FILE__, __LINE__,	\
		      #a " == " #b)

/* Run all cases.  Return: the exit code of the program. */
static inline int ktap_run(const struct ktap_case *cases, unsigned int nr)
{
	unsigned int failed = 0;
	unsigned int i;

	printf("KTAP version 1\n1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		fflush(stdout);
		ktap_case_failed = false;
		cases[i].run();
		printf("%s %u %s\n", ktap_case_failed ? "not ok" : "ok", i + 1, cases[i].name);
		failed += ktap_case_failed;
	}
	return failed != 0;
}

#define KTAP_MAIN(cases)								\
	int main(void)									\
	{										\
		return ktap_run(cases, sizeof(cases) / sizeof((cases)[0]));		\
	}

#endif /* KVMGT_TESTS_KTAP_H */
