#include "cmpi.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *handle;

// The constants of Open MPI's mpi.h that are not exported objects.
enum { THREAD_SERIALIZED = 2 };
static void *const IN_PLACE = (void *)1;
static void *const IGNORE_STATUS = NULL;

static struct {
  int (*Init_thread)(int *, char ***, int, int *);
  int (*Finalize)(void);
  int (*Abort)(handle, int);
  int (*Comm_split)(handle, int, int, handle *);
  int (*Comm_free)(handle *);
  int (*Comm_size)(handle, int *);
  int (*Comm_rank)(handle, int *);
  int (*Allreduce)(const void *, void *, int, handle, handle, handle);
  int (*Allgatherv)(const void *, int, handle, void *, const int *, const int *, handle, handle);
  int (*Reduce_scatter)(const void *, void *, const int *, handle, handle, handle);
  int (*Alltoall)(const void *, int, handle, void *, int, handle, handle);
  int (*Isend)(const void *, int, handle, int, int, handle, handle *);
  int (*Recv)(void *, int, handle, int, int, handle, void *);
  int (*Test)(handle *, int *, void *);
  int (*Wait)(handle *, void *);
  int (*Barrier)(handle);
  handle world, float32, float64, byte, sum, maximum;
} mpi;

struct cmpi_group {
  handle comm;
};

// A message under way, with its copy of what is sent.
typedef struct message {
  struct message *next;
  handle request;
  char bytes[];
} message;

static message *under_way;
static cmpi_group world;

static const struct {
  const char *name;
  void *place;
} symbols[] = {
  {"MPI_Init_thread", &mpi.Init_thread}, {"MPI_Finalize", &mpi.Finalize},
  {"MPI_Abort", &mpi.Abort},             {"MPI_Comm_split", &mpi.Comm_split},
  {"MPI_Comm_free", &mpi.Comm_free},     {"MPI_Comm_size", &mpi.Comm_size},
  {"MPI_Comm_rank", &mpi.Comm_rank},     {"MPI_Allreduce", &mpi.Allreduce},
  {"MPI_Allgatherv", &mpi.Allgatherv},   {"MPI_Reduce_scatter", &mpi.Reduce_scatter},
  {"MPI_Alltoall", &mpi.Alltoall},       {"MPI_Isend", &mpi.Isend},
  {"MPI_Recv", &mpi.Recv},               {"MPI_Test", &mpi.Test},
  {"MPI_Wait", &mpi.Wait},               {"MPI_Barrier", &mpi.Barrier},
  {"ompi_mpi_comm_world", &mpi.world},   {"ompi_mpi_float", &mpi.float32},
  {"ompi_mpi_double", &mpi.float64},     {"ompi_mpi_byte", &mpi.byte},
  {"ompi_mpi_op_sum", &mpi.sum},         {"ompi_mpi_op_max", &mpi.maximum},
};

bool cmpi_is_started(void) { return world.comm != NULL; }

const char *cmpi_start(void) {
  // Global, because Open MPI's plugins look for its symbols.
  void *library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL);
  if (!library) library = dlopen("libmpi.so", RTLD_NOW | RTLD_GLOBAL);
  if (!library) return dlerror();
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *symbol = dlsym(library, symbols[i].name);
    if (!symbol) return "the library is not Open MPI";
    memcpy(symbols[i].place, &symbol, sizeof symbol);
  }
  int level;
  if (mpi.Init_thread(NULL, NULL, THREAD_SERIALIZED, &level)) return "MPI did not start";
  world.comm = mpi.world;
  return NULL;
}

void cmpi_finish(void) {
  while (under_way) {
    message *first = under_way;
    mpi.Wait(&first->request, IGNORE_STATUS);
    under_way = first->next;
    free(first);
  }
  mpi.Finalize();
  world.comm = NULL;
}

void cmpi_abort(int status) {
  mpi.Abort(mpi.world, status);
  abort();
}

// Ends all processes of the run, which has no other way on.
static _Noreturn void fail(const char *reason) {
  fprintf(stderr, "assay: %s\n", reason);
  cmpi_abort(1);
}

static void *allocate(size_t n) {
  void *bytes = malloc(n ? n : 1);
  if (!bytes) fail("no memory for a message between ranks");
  return bytes;
}

cmpi_group *cmpi_world(void) { return &world; }

cmpi_group *cmpi_split(cmpi_group *group, int color) {
  cmpi_group *part = allocate(sizeof *part);
  mpi.Comm_split(group->comm, color, 0, &part->comm);
  return part;
}

void cmpi_release(cmpi_group *group) {
  mpi.Comm_free(&group->comm);
  free(group);
}

int cmpi_size(cmpi_group *group) {
  int size;
  mpi.Comm_size(group->comm, &size);
  return size;
}

int cmpi_rank(cmpi_group *group) {
  int rank;
  mpi.Comm_rank(group->comm, &rank);
  return rank;
}

static handle op(cmpi_reduction reduction) {
  return reduction == CMPI_SUM ? mpi.sum : mpi.maximum;
}

// MPI counts in int: larger messages go in pieces.
enum { MOST = 1 << 30 };

static int piece(size_t at, size_t n) { return (int)(n - at < MOST ? n - at : MOST); }

void cmpi_all_reduce(cmpi_group *group, float *values, size_t n, cmpi_reduction reduction) {
  for (size_t at = 0; at < n; at += MOST) {
    mpi.Allreduce(IN_PLACE, values + at, piece(at, n), mpi.float32, op(reduction), group->comm);
  }
}

double cmpi_all_reduce_double(cmpi_group *group, double value, cmpi_reduction reduction) {
  mpi.Allreduce(IN_PLACE, &value, 1, mpi.float64, op(reduction), group->comm);
  return value;
}

void cmpi_all_gather(cmpi_group *group, float *whole, const float *part, const int *counts,
                     const int *starts) {
  const int count = part ? counts[cmpi_rank(group)] : 0;
  mpi.Allgatherv(part ? part : IN_PLACE, count, mpi.float32, whole, counts, starts, mpi.float32,
                 group->comm);
}

void cmpi_reduce_scatter(cmpi_group *group, float *part, const float *whole, const int *counts) {
  // MPI wants its buffers apart.
  const size_t size = (size_t)counts[cmpi_rank(group)] * sizeof(float);
  float *sum = allocate(size);
  mpi.Reduce_scatter(whole, sum, counts, mpi.float32, mpi.sum, group->comm);
  memcpy(part, sum, size);
  free(sum);
}

void cmpi_all_to_all(cmpi_group *group, float *out, const float *in, size_t n) {
  if (n > INT_MAX) fail("more elements for one rank than MPI counts");
  mpi.Alltoall(in, (int)n, mpi.float32, out, (int)n, mpi.float32, group->comm);
}

// Forgets the messages that have arrived.
static void tidy(void) {
  for (message **place = &under_way; *place;) {
    message *one = *place;
    int arrived;
    mpi.Test(&one->request, &arrived, IGNORE_STATUS);
    if (!arrived) {
      place = &one->next;
      continue;
    }
    *place = one->next;
    free(one);
  }
}

// Messages of one rank to another with one tag arrive in the order in which they were sent.
void cmpi_send(cmpi_group *group, const void *bytes, size_t n, int rank, int tag) {
  tidy();
  for (size_t at = 0; at < n; at += MOST) {
    const int count = piece(at, n);
    message *one = allocate(sizeof *one + (size_t)count);
    memcpy(one->bytes, (const char *)bytes + at, (size_t)count);
    one->next = under_way;
    under_way = one;
    mpi.Isend(one->bytes, count, mpi.byte, rank, tag, group->comm, &one->request);
  }
}

void cmpi_receive(cmpi_group *group, void *bytes, size_t n, int rank, int tag) {
  for (size_t at = 0; at < n; at += MOST)
    mpi.Recv((char *)bytes + at, piece(at, n), mpi.byte, rank, tag, group->comm, IGNORE_STATUS);
}

void cmpi_barrier(cmpi_group *group) { mpi.Barrier(group->comm); }
