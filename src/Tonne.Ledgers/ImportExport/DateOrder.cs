namespace Tonne.Ledgers.ImportExport;

/// <summary>How a date of numbers such as 10/03/2024 is read.</summary>
public enum DateOrder
{
    /// <summary>3 October 2024.</summary>
    MonthFirst,

    /// <summary>10 March 2024.</summary>
    DayFirst,
}
