// One import brings everything that the functions here take and give.
@_exported import Catalogue
@_exported import Formulas
@_exported import Instrument
@_exported import Projection
@_exported import Transformer
@_exported import Verification
