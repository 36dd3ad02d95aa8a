/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_COVERAGE_H
#define TESTS_SIM_COVERAGE_H

#include <stdint.h>

/* What the schedules of a run went through.  A counter that stays 0 is a hole in the simulation. */
#define COVERAGE(X)                                                 \
	X(schedules, "schedules")                                   \
	X(events, "events")                                         \
	X(turns, "turns committed")                                 \
	X(records, "records committed")                             \
	X(steps, "steps asked")                                     \
	X(operations, "of them operations")                         \
	X(accepted, "intents accepted")                             \
	X(refused, "intents refused")                               \
	X(queued, "intents queued")                                 \
	X(creates, "creates")                                       \
	X(changes, "changes of state")                              \
	X(deletes, "deletes")                                       \
	X(heals, "heals by an operator")                            \
	X(upgrades, "upgrades")                                     \
	X(moves, "of them to another location")                     \
	X(new_descriptors, "of them to another descriptor")         \
	X(creates_or_upgrades, "creates or upgrades")               \
	X(adoptions, "adoptions")                                   \
	X(retries, "retries")                                       \
	X(rollbacks, "rollbacks")                                   \
	X(cancellations, "processes cancelled by an operator")      \
	X(forgotten, "assemblies forgotten")                        \
	X(policy_heals, "heals by a policy")                        \
	X(scale_outs, "scales out")                                 \
	X(scale_ins, "scales in")                                   \
	X(policy_scales, "scales by a policy")                      \
	X(spares, "clusters with spares")                           \
	X(served, "spares taken into service")                      \
	X(retired, "members that became spares")                    \
	X(asides, "scales in that stepped aside")                   \
	X(beside, "processes begun beside them")                    \
	X(completed, "processes completed")                         \
	X(failed, "processes failed")                               \
	X(rebuilds, "rebuilds")                                     \
	X(links, "relationships created")                           \
	X(ceases, "relationships ceased")                           \
	X(references, "assemblies with a reference")                \
	X(nested, "assemblies within assemblies")                   \
	X(circles, "plans with a circle")                           \
	X(tamed, "schedules of families tamed until they compiled") \
	X(not_compiled, "families that did not compile")            \
	X(step_failures, "steps that failed")                       \
	X(lost, "answers lost")                                     \
	X(twice, "answers given twice")                             \
	X(late, "answers after the time-out")                       \
	X(time_outs, "time-outs")                                   \
	X(cancels, "steps asked to end early")                      \
	X(unknown, "answers about unknown steps")                   \
	X(deaths, "services that died")                             \
	X(destroyed, "infrastructures destroyed")                   \
	X(driver_restarts, "driver restarts with steps in flight")  \
	X(crashes_before, "crashes before a commit")                \
	X(crashes_after, "crashes between commit and effects")      \
	X(crashes_idle, "crashes between turns")                    \
	X(steps_again, "steps asked again under the same id")       \
	X(disk_full, "commits that failed")                         \
	X(samples, "samples")                                       \
	X(strangers, "samples of strangers")                        \
	X(timeless, "samples whose time made no sense")             \
	X(alerts, "alerts that were granted")                       \
	X(given_up, "components given up")                          \
	X(refills, "clusters refilled")                             \
	X(plans, "plans shown")                                     \
	X(compared, "restored engines compared")

struct coverage {
#define X(name, text) uint64_t name;
	COVERAGE(X)
#undef X
};

#endif
