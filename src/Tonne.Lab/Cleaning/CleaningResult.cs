using Tonne.Lab.Collecting;

namespace Tonne.Lab.Cleaning;

/// <summary>Clean rows in memory, and the report about them.</summary>
/// <param name="Rows">The rows kept, in the order of the source.</param>
/// <param name="Groups">For each row the number of its group: rows of one group stay in one part of a split.</param>
/// <param name="Report">Report on the rows that were removed.</param>
/// <param name="Rejections">Rows and files that could not be read.</param>
sealed record CleaningResult(IReadOnlyList<Row> Rows, int[] Groups, CleaningReport Report, RejectionLog Rejections);
