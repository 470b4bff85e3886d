// Everything in a training step that is not a matrix product, in fp32.
//
// Conventions. Arguments come outputs first, then inputs, then sizes. The first comment line of a
// kernel gives the shapes. A kernel neither allocates nor starts threads: it works on the rows it
// is given, and the caller hands different rows to different cores. Where a result is a sum over
// rows (the gradient of a bias), the caller hands out columns instead, so that the order of every
// sum, and with it every bit of the result, does not depend on the number of cores.
//
// B batch, T sequence, C hidden size, NH heads, D head dimension, V vocabulary. Matrices are
// row-major.
#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H

#include "kernels/convert.h"
#include "kernels/quantise.h"
#include "kernels/norms.h"
#include "kernels/linear.h"
#include "kernels/activations.h"
#include "kernels/dropout.h"
#include "kernels/positions.h"
#include "kernels/attention.h"
#include "kernels/flash.h"
#include "kernels/crossentropy.h"
#include "kernels/optimizers.h"
#include "kernels/experts.h"
#include "kernels/elementwise.h"

#endif
