namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>What an export by the hour has written.</summary>
/// <param name="Lines">Number of lines, without the header.</param>
/// <param name="KilowattHours">Facility energy, kWh.</param>
/// <param name="Kilograms">Operational emissions, kg CO2e.</param>
/// <param name="LastHash">Hash of the last line, which shows whether lines were removed from the end; empty if there is none.</param>
public readonly record struct HourlyExportCount(long Lines, double KilowattHours, double Kilograms, string LastHash);
