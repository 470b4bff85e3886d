// OpenBLAS, loaded at run time rather than linked.
//
// OpenBLAS chooses its kernels while it is being loaded, from OPENBLAS_CORETYPE if that is set and
// from its own reading of the CPU otherwise; on a CPU that is newer than the library it falls back
// to kernels that are several times too slow. Loading it by hand gives the program the moment it
// needs to set the variable, in the command, in the tests and in programs that use the library.
#ifndef ASSAY_OPENBLAS_H
#define ASSAY_OPENBLAS_H

#if !__has_include(<cblas.h>)
#error "cblas.h not found: install libopenblas-dev (on Debian, `make` does it)"
#endif
#include <cblas.h>

#pragma clang assume_nonnull begin

// LAPACK's least squares by a complete orthogonal factorisation, as Fortran calls it: OpenBLAS brings
// it along, but not a header that is the same everywhere.
typedef void dgelsy_function(
  const int *m, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb,
  int *jpvt, const double *rcond, int *rank, double *work, const int *lwork, int *info);

// The functions that Assay uses, with the types that cblas.h gives them.
typedef struct {
  __typeof__(cblas_sgemm) *sgemm;
  __typeof__(openblas_get_config) *get_config;
  __typeof__(openblas_get_corename) *get_corename;
  // NULL where the library was built without LAPACK: only derivations need it.
  dgelsy_function *_Nullable dgelsy;
} openblas_functions;

// Loads the library; returns NULL where that fails, and says why in `problem`.
const openblas_functions *_Nullable openblas_load(const char *_Nullable *_Nonnull problem);

#pragma clang assume_nonnull end
#endif
