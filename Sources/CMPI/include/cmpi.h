// MPI, loaded at run time rather than linked: one build serves a single process, which needs no
// MPI, and many. The library is Open MPI (version 3 and later share one binary interface,
// libmpi.so.40): handles are the addresses of objects that it exports.
//
// Counts are of floats or bytes, as the names say. Every function ends the process where MPI reports
// an error, which is MPI's own default.
#ifndef ASSAY_CMPI_H
#define ASSAY_CMPI_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

// Ranks that talk with each other.
typedef struct cmpi_group cmpi_group;

typedef enum { CMPI_SUM, CMPI_MAXIMUM } cmpi_reduction;

// Loads the library and starts it; NULL, or the reason why that failed. Once in a process.
const char *_Nullable cmpi_start(void);
// Whether it is started, and not yet ended.
bool cmpi_is_started(void);
// Ends it. Messages that are under way arrive first.
void cmpi_finish(void);
// Ends all processes of the run with that status.
_Noreturn void cmpi_abort(int status);

// All processes of the run.
cmpi_group *cmpi_world(void);
// The members of `group` that give the same color, in order of their numbers. Called by all.
cmpi_group *cmpi_split(cmpi_group *group, int color);
void cmpi_release(cmpi_group *group);
int cmpi_size(cmpi_group *group);
// Number of this process in the group.
int cmpi_rank(cmpi_group *group);

// values (n), in place.
void cmpi_all_reduce(cmpi_group *group, float *values, size_t n, cmpi_reduction reduction);
double cmpi_all_reduce_double(cmpi_group *group, double value, cmpi_reduction reduction);
// whole: parts of counts[r] floats at starts[r]; part: this rank's, or NULL where it is in place.
void cmpi_all_gather(cmpi_group *group, float *whole, const float *_Nullable part,
                     const int *counts, const int *starts);
// part (counts[rank]): may lie in whole, whose rest is then undefined.
void cmpi_reduce_scatter(cmpi_group *group, float *part, const float *whole, const int *counts);
// out, in (members * n).
void cmpi_all_to_all(cmpi_group *group, float *out, const float *in, size_t n);
// Returns once the bytes are copied.
void cmpi_send(cmpi_group *group, const void *bytes, size_t n, int rank, int tag);
void cmpi_receive(cmpi_group *group, void *bytes, size_t n, int rank, int tag);
void cmpi_barrier(cmpi_group *group);

#pragma clang assume_nonnull end
#endif
