namespace Tonne.Hosting;

/// <summary>Options of <see cref="TonneGridExtensions.AddTonneGrid"/>.</summary>
public sealed class TonneGridOptions
{
    /// <summary>Whether publishers of grid intensity may be called. Default: no; then kept values, profiles and annual means are used.</summary>
    public bool MayCallPublishers { get; set; }

    /// <summary>Folder of the ledger, beside which answers and observed intensities are kept. Default: null, as the command line has it.</summary>
    public string? Home { get; set; }

    /// <summary>Keys and addresses of publishers by name: <c>grid.electricity-maps.key</c>, <c>grid.neso.url</c>. Default: those of the environment, <c>TONNE_GRID_ELECTRICITY_MAPS_KEY</c>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
