using System.Globalization;
using Tonne.Catalogs;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Hardware;

/// <summary>Recognises a processor and gives the power at the plug of a machine built with it.</summary>
/// <remarks>
/// Name, else family, model and stepping, else (Arm) implementer and part → micro-architecture → watts per hardware thread of published
/// whole machines, times the ratio of a host in service to those;
/// client processors without published machines: TDP · (package fraction) + the other parts of the machine. Unknown: quantiles of the
/// catalog. See docs/methods/cpu-model.md.
/// </remarks>
public static class CpuCatalog
{
    const string ModelTable = "cpu_models.csv";
    const string ModelHeader = "name,microarchitecture,segment,cores,threads,tdp_w,tdp_low,tdp_high,year,one_thread_per_core,source";
    /// <summary>A server built with a small part of a large family.</summary>
    const string SmallServer = "small server";

    const string IdTable = "cpuid.csv";
    const string IdHeader = "vendor_id,family,model_from,model_to,stepping_from,stepping_to,microarchitecture,segment,also,source";
    const string ArchitectureTable = "cpu_microarchitectures.csv";
    const string ArchitectureHeader =
        "vendor,microarchitecture,segment,year,idle_w_per_thread,sd_ln_idle,full_w_per_thread,sd_ln_full,machines,gb_per_thread,socket_threads_low,socket_threads_high,memory,"
        + "idle_w_per_socket,sd_ln_idle_per_socket,full_w_over_tdp,sd_ln_full_over_tdp,source";

    /// <summary>Largest difference in years between micro-architectures that a name hidden by a hypervisor may mean.</summary>
    const int NeighbourYears = 2;

    /// <summary>Age of the oldest machines in service, in years before the newest of the catalog.</summary>
    const int ServiceYears = 10;

    /// <summary>
    /// Largest TDP of a small part of a large family, W: above it, the die for input and output alone draws tens of watts idle.
    /// </summary>
    const double SmallPartWatts = 125;

    /// <summary>Brands of laptops and desktops.</summary>
    static readonly string[] ClientNames = ["Core(TM)", "Ryzen", "Pentium", "Celeron", "Athlon", "Atom(TM)", "Intel(R) N"];

    static readonly Lazy<CpuMicroarchitecture[]> Architectures = new(ReadArchitectures);

    /// <summary>Package power idle over TDP, dimensionless: the idle part of a metered package where idle was not measured.</summary>
    public static Factor PackageIdleFraction => MachineFactors.Table["cpu/package-idle-fraction"];

    /// <summary>Package power at full load over TDP, dimensionless.</summary>
    public static Factor PackageFullFraction => MachineFactors.Table["cpu/package-full-fraction"];

    /// <summary>Package power idle over TDP of client processors and small servers, dimensionless.</summary>
    static Factor SmallPackageIdleFraction => MachineFactors.Table["cpu/package-idle-fraction/small"];

    /// <summary>Package power at full load over TDP of client processors and small servers, dimensionless.</summary>
    static Factor SmallPackageFullFraction => MachineFactors.Table["cpu/package-full-fraction/small"];

    /// <summary>Watts of a busy thread at part load over those at full load, dimensionless.</summary>
    internal static Factor PartLoad => MachineFactors.Table["cpu/part-load"];

    /// <summary>
    /// The power model of a machine with this processor. Never fails: unknown properties widen the bounds and are named in
    /// <see cref="CpuPowerModel.Explanation"/>.
    /// </summary>
    public static CpuPowerModel Identify(CpuIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var power = CpuTdpClass.Find(identity.Name);
        var model = identity.Name is { } name && FindModel(name) is { } named ? WidenTdp(named, power) : null;
        var byId = FindId(identity);
        if (model is not null && (Find(model.Microarchitecture, model.Segment) is not null || IsClient(model.Segment)))
            return CreateFromModel(identity, model, power);
        if (byId is { } id)
            return CreateFromCpuId(identity, id, model, power);
        return Unknown(identity, model, power, model is null ? "the processor is not recognised" : $"no machine with {model.Microarchitecture} was measured");
    }

    /// <summary>The processor whose catalog name is the longest that begins a given name; null if none.</summary>
    /// <remarks>
    /// White space is collapsed, a leading "12th Gen " dropped, case ignored; the character after must not be a letter, a digit or
    /// <c>+</c>, and the remaining text must not begin with " v2" to " v9".
    /// </remarks>
    public static CpuModel? FindModel(string name)
    {
        var written = Normalise(name);
        var rows = new CsvReader(ModelTable, EmbeddedTable.ReadText(ModelTable), ModelHeader);
        CpuModel? best = null;
        var length = 0;
        while (rows.Read())
        {
            var pattern = rows[0];
            if (pattern.Length > length && IsPrefix(pattern, written))
            {
                length = pattern.Length;
                best = ReadModel(rows);
            }
        }
        return best;
    }

    /// <summary>A name with single spaces and without a leading "12th Gen ".</summary>
    internal static string Normalise(string name)
    {
        var words = name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var skip = words.Length > 2 && words[1].Equals("gen", StringComparison.OrdinalIgnoreCase) && words[0].Length >= 3 && char.IsAsciiDigit(words[0][0])
            && words[0].AsSpan(words[0].Length - 2).ToString().ToLowerInvariant() is "st" or "nd" or "rd" or "th" ? 2 : 0;
        return string.Join(' ', words.Skip(skip));
    }

    internal static bool IsPrefix(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (!name.StartsWith(pattern, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = name[pattern.Length..];
        return rest.IsEmpty || (!char.IsLetterOrDigit(rest[0]) && rest[0] != '+' && !(rest.Length >= 3 && rest[0] == ' ' && rest[1] is 'v' or 'V' && rest[2] is >= '2' and <= '9'));
    }

    internal static IEnumerable<CatalogEntry> Entries()
    {
        foreach (var architecture in Architectures.Value)
        {
            foreach (var factor in new[] { Watts(architecture, idle: true), Watts(architecture, idle: false) })
                yield return CatalogEntry.FromFactor(factor, null, architecture.Year);
        }
        var rows = new CsvReader(ModelTable, EmbeddedTable.ReadText(ModelTable), ModelHeader);
        var entries = new List<CatalogEntry>();
        while (rows.Read())
        {
            var model = ReadModel(rows);
            entries.Add(model.Tdp is { } tdp
                ? CatalogEntry.FromFactor(tdp, null, model.Year) with { Note = model.Microarchitecture }
                : new CatalogEntry($"cpu/model/{Slug(model.Name)}", model.Name, null, "", model.Year, Quality.Assumed, model.Source, model.Microarchitecture));
        }
        foreach (var entry in entries)
            yield return entry;
    }

    internal static IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        var rows = new CsvReader(IdTable, EmbeddedTable.ReadText(IdTable), IdHeader);
        while (rows.Read())
        {
            if (!SourceList.ContainsAll(rows.GetText(9)))
                problems.Add($"{IdTable}, line {rows.Line}: the source \"{rows[9]}\" is not listed");
            if (rows.GetInteger(2) > rows.GetInteger(3) || rows.GetInteger(4) > rows.GetInteger(5))
                problems.Add($"{IdTable}, line {rows.Line}: a range has its limits in the wrong order");
            if (!rows[8].IsEmpty)
                problems.AddRange(rows.GetText(8).Split(';').Where(also => Find(also, "server") is null).Select(also => $"{IdTable}: {also} is not a micro-architecture with watts"));
        }
        return problems;
    }

    static bool IsClient(string segment) => segment is "desktop" or "mobile";

    /// <summary>
    /// A client processor is set to a lower power, or may draw its maximum turbo power for as long as it is busy: its class bounds its TDP.
    /// Where a list gives the turbo power of a laptop's as its TDP, the class has the base power.
    /// </summary>
    static CpuModel WidenTdp(CpuModel model, CpuTdpClass? power)
    {
        if (model.Tdp is not { } tdp || power is not { Tdp.Bounds: var of })
            return model;
        var best = power.Kind is "mobile" or "low-power" && tdp.Bounds.Best > 1.5 * of.Best ? of.Best : tdp.Bounds.Best;
        var (low, high) = (best * of.Low / of.Best, Math.Min(best * of.High / of.Best, of.High));
        var bounds = new Bounds(Math.Min(tdp.Bounds.Low, low), best, Math.Max(tdp.Bounds.High, high));
        var note = string.Create(CultureInfo.InvariantCulture, $"{tdp.Note}; its class is set to {bounds.Low:0.#} to {bounds.High:0.#} W");
        return model with { Tdp = tdp with { Id = $"{tdp.Id}/class", Bounds = bounds, Note = note } };
    }

    /// <summary>
    /// Whether a processor has at most a quarter of the threads and half of the TDP of the largest of its family, and no more than
    /// <see cref="SmallPartWatts"/>.
    /// </summary>
    static bool IsSmallPart(CpuModel model)
    {
        if (model is not { Segment: "server" or "edge/server", Threads: { } threads, Tdp.Bounds.Best: <= SmallPartWatts and var tdp })
            return false;
        var (most, largest) = (0, 0d);
        var rows = new CsvReader(ModelTable, EmbeddedTable.ReadText(ModelTable), ModelHeader);
        while (rows.Read())
        {
            if (!rows[1].SequenceEqual(model.Microarchitecture) || rows[2] is not ("server" or "edge/server"))
                continue;
            most = Math.Max(most, rows.GetIntegerOrNull(4) ?? 0);
            largest = Math.Max(largest, rows.GetNumberOrNull(5) ?? 0);
        }

        return 4 * threads <= most && 2 * tdp <= largest;
    }

    /// <summary>
    /// A processor whose name identifies its micro-architecture, if machines of it were measured or it is a client processor.
    /// </summary>
    static CpuPowerModel CreateFromModel(CpuIdentity identity, CpuModel model, CpuTdpClass? power)
    {
        // The published small servers of an architecture have neither the board nor the power limits of a desktop.
        var architecture = IsClient(model.Segment) ? null : Find(model.Microarchitecture, model.Segment);
        if (architecture is null)
            return Client(identity, model, power, model.Microarchitecture, power?.Kind ?? model.Segment, $"{model.Name}: {model.Microarchitecture}");
        // A virtual machine's host is no small machine.
        if (!identity.Hypervisor && IsSmallPart(model))
            return Client(identity, model, power, architecture.Name, SmallServer,
                $"{model.Name}: {architecture.Name}, a small part of its family", architecture);
        var halved = model.OneThreadPerCore && architecture.HasTwoThreadsPerCore;
        var scale = halved ? 2 : 1;
        return FromArchitecture(architecture, CreateIdleFactor(architecture, model, scale), CreateFullLoadFactor(architecture, model, scale), model,
            $"{model.Name}: {architecture.Name}{(halved ? ", one thread per core, so twice the watts per thread" : "")}");
    }

    /// <summary>Idle watts per thread of a processor: those of a socket of its micro-architecture over its own threads; per thread of the micro-architecture where either is not known.</summary>
    static Factor CreateIdleFactor(CpuMicroarchitecture row, CpuModel model, int scale) => row.IdlePerSocket is { } socket && model.Threads is { } threads and > 0
        ? Watts(row, idle: true, scale) with
        {
            Id = $"cpu/{Id(row)}/idle-w-per-{Share(scale)}/{Slug(model.Name)}/{JoinSourceIds(row.Source)}",
            Label = $"{model.Name}, idle W per {(scale > 1 ? "core" : "hardware thread")}",
            Bounds = LogNormal.CreateBounds(socket.Watts / (threads * scale), socket.Sigma) * scale,
            Note = string.Create(CultureInfo.InvariantCulture, $"{socket.Watts:0.##} W per socket at the plug / {threads * scale} threads; {row.Machines} published machine{(row.Machines == 1 ? "" : "s")}"),
        }
        : Watts(row, idle: true, scale);

    /// <summary>Watts per thread at full load of a processor: its TDP times what machines of its micro-architecture draw per W of TDP, over its threads; per thread of the micro-architecture where either is not known.</summary>
    static Factor CreateFullLoadFactor(CpuMicroarchitecture row, CpuModel model, int scale)
    {
        if (row.FullLoadPowerOverTdp is not { } over || model is not { Threads: { } threads and > 0, Tdp.Bounds: var tdp })
            return Watts(row, idle: false, scale);
        var best = over.Watts * tdp.Best / (threads * scale) * scale;
        return Watts(row, idle: false, scale) with
        {
            Id = $"cpu/{Id(row)}/full-w-per-{Share(scale)}/{Slug(model.Name)}/{JoinSourceIds(row.Source)}",
            Label = $"{model.Name}, full W per {(scale > 1 ? "core" : "hardware thread")}",
            Bounds = new Bounds(best * Math.Exp(-Bounds.ZScore95 * LogNormal.CombineSigmas(over.Sigma, tdp.SigmaLow)), best, best * Math.Exp(Bounds.ZScore95 * LogNormal.CombineSigmas(over.Sigma, tdp.SigmaHigh))),
            Note = string.Create(CultureInfo.InvariantCulture, $"{over.Watts:0.##} W at the plug per W of its TDP of {tdp.Best:0.#} W / {threads * scale} threads; {row.Machines} published machine{(row.Machines == 1 ? "" : "s")}"),
        };
    }

    static string Share(int scale) => scale > 1 ? "core" : "thread";

    static CpuPowerModel CreateFromCpuId(CpuIdentity identity, CpuIdMatch id, CpuModel? model, CpuTdpClass? power)
    {
        var numbers = identity.Part is { } part
            ? $"implementer 0x{identity.Implementer:x}, part 0x{part:x}"
            : string.Create(CultureInfo.InvariantCulture, $"family {identity.Family} model {identity.Model} stepping {identity.Stepping}");
        if (Board(identity, id) is { } board)
            return FromArchitecture(board, Watts(board, idle: true), Watts(board, idle: false), model, $"{numbers}: {board.Name}, a single-board computer");
        // The letters of a name say more than the numbers, by which a desktop processor is a small server's.
        if (power is not null && model is null && !identity.Hypervisor && id.Segment is not "server")
            return Client(identity, model, power, id.Microarchitecture, power.Kind, $"{numbers}: {id.Microarchitecture}");
        var segment = id.Segment is "client" or "mobile" ? identity.Laptop || id.Segment is "mobile" ? "mobile" : "desktop" : id.Segment;
        // Hypervisors have models named and numbered like client processors ("Intel Core Processor (Haswell)"), although the host is a
        // server.
        var server = identity.Hypervisor && model is null && !(segment is "server" or "edge" or "edge/server") ? FindServerEquivalent(id.Microarchitecture, identity) : null;
        var architecture = server ?? (string.Equals(segment, "mobile", StringComparison.Ordinal) ? null : Find(id.Microarchitecture, segment));
        if (architecture is null && (IsClient(segment) || string.Equals(segment, "entry", StringComparison.Ordinal)))
            return Client(identity, model, power, id.Microarchitecture, string.Equals(segment, "mobile", StringComparison.Ordinal) ? "mobile" : "desktop", $"{numbers}: {id.Microarchitecture}");
        if (architecture is null)
            return Unknown(identity, model, power, $"{numbers} is {id.Microarchitecture}, of which no machine was measured");

        // The name is hidden. The same numbers may mean several micro-architectures, and a hypervisor may report an older one than the
        // host's.
        CpuMicroarchitecture[] around = [architecture, .. id.Alternatives.Select(also => Find(also, "server")).OfType<CpuMicroarchitecture>(),
            .. identity.Hypervisor && architecture.IsServer ? Neighbours(architecture) : []];
        var maybeCore = identity is { Hypervisor: true, ThreadsPerCore: 1 } && architecture.HasTwoThreadsPerCore;
        if (around.Length == 1 && !maybeCore)
            return FromArchitecture(architecture, Watts(architecture, idle: true), Watts(architecture, idle: false), model, $"{numbers}: {architecture.Name}");
        var others = around.Skip(1).Select(other => other.Name).Distinct(StringComparer.Ordinal).ToArray();
        var why = $"{numbers}: {architecture.Name}, {(identity.Hypervisor ? "its name hidden by the hypervisor" : "which shares its numbers")}"
            + (others.Length > 0 ? $", bounds widened to {string.Join(", ", others)}" : "") + (maybeCore ? " and to one whole core per virtual CPU" : "");
        return FromArchitecture(architecture, WidenForHiddenName(architecture, around, idle: true, maybeCore), WidenForHiddenName(architecture, around, idle: false, maybeCore), model, why);
    }

    static CpuPowerModel FromArchitecture(CpuMicroarchitecture architecture, Factor idle, Factor full, CpuModel? model, string why)
    {
        var board = string.Equals(architecture.Segment, "board", StringComparison.Ordinal);
        return new CpuPowerModel
        {
            Microarchitecture = architecture.Name,
            IdleWattsPerThread = idle,
            FullWattsPerThread = full,
            InServiceIdleRatio = board ? UnityFactor : MachineFactors.Table["cpu/real-host/idle"],
            InServiceFullLoadRatio = board ? UnityFactor : MachineFactors.Table["cpu/real-host/full"],
            IncludedGigabytesPerThread = architecture.MedianGigabytes ?? (board ? 1 : ComputeMedianMemoryPerThread()),
            Memory = architecture.Memory,
            HostThreads = HostThreads(architecture),
            Model = model,
            Quality = architecture.IsExtrapolated ? Quality.Assumed : Quality.Modelled,
            PackageIdleFraction = architecture.Segment is "entry" or "edge" ? SmallPackageIdleFraction : PackageIdleFraction,
            PackageFullLoadFraction = architecture.Segment is "entry" or "edge" ? SmallPackageFullFraction : PackageFullFraction,
            Explanation = architecture.IsExtrapolated ? $"{why}; no machine of it was measured, a related one is used" : why,
        };
    }

    /// <summary>A client machine from its processor's TDP: (fraction · TDP + rest) ÷ threads, at the plug.</summary>
    static CpuPowerModel Client(
        CpuIdentity identity,
        CpuModel? model,
        CpuTdpClass? power,
        string microarchitecture,
        string segment,
        string why,
        CpuMicroarchitecture? architecture = null)
    {
        var laptop = (identity.Laptop && segment is not SmallServer) || segment is "mobile";
        var tdp = model?.Tdp ?? power?.Tdp ?? MachineFactors.Table[laptop ? "cpu/tdp/mobile" : "cpu/tdp/desktop"];
        var (kind, restId) = laptop ? ("laptop", "rest/laptop") : segment switch
        {
            SmallServer => ("small server", "rest/small-server"),
            "low-power" => ("mini computer", "rest/low-power"),
            "workstation" => ("workstation", "rest/workstation"),
            _ => ("desktop", "rest/desktop"),
        };
        var rest = MachineFactors.Table[restId];
        var supply = MachineFactors.Table["psu/ratio"];
        var threads = Math.Max(1, model?.Threads ?? identity.Threads ?? model?.Cores ?? 8);
        var slug = model is not null ? Slug(model.Name)
            : power is not null ? $"{NameMatching.ToSlug(power.Tdp.Id)}-{NameMatching.ToSlug(kind)}"
            : $"unknown-{kind}";
        return new CpuPowerModel
        {
            Microarchitecture = microarchitecture,
            IdleWattsPerThread = PerThread("idle", SmallPackageIdleFraction, null),
            FullWattsPerThread = PerThread("full", SmallPackageFullFraction, PartLoad),
            PackageIdleFraction = SmallPackageIdleFraction,
            PackageFullLoadFraction = SmallPackageFullFraction,
            InServiceIdleRatio = UnityFactor,
            InServiceFullLoadRatio = UnityFactor,
            IncludedGigabytesPerThread = architecture?.MedianGigabytes ?? 16d / threads,
            Memory = architecture?.Memory ?? MemoryType.Unknown,
            HostThreads = new Factor($"cpu/host-threads/{threads}", "hardware threads of the machine", "1", Bounds.FromExact(threads), Quality.Assumed, SourceList.Find("TONNE-METHOD-1")),
            Model = model,
            Quality = Quality.Assumed,
            Explanation = $"{why}; a {kind} from {(model?.Tdp is not null ? "its TDP" : power is not null ? "the TDP of its class" : "the usual TDP")}",
        };

        Factor PerThread(string load, Factor fraction, Factor? partLoad)
        {
            // The sum of a product and a term: half-widths are added in quadrature, then divided by the exact number of threads.
            var product = fraction.Bounds.Best * tdp.Bounds.Best * supply.Bounds.Best;
            var best = product + rest.Bounds.Best;
            var part = partLoad?.Bounds ?? Bounds.FromExact(1);
            var above = LogNormal.CombineSigmas(fraction.Bounds.SigmaHigh, tdp.Bounds.SigmaHigh, supply.Bounds.SigmaHigh, part.SigmaHigh);
            var highest = Math.Exp(Bounds.ZScore95 * above);
            // A sleeping package draws nothing.
            var below = LogNormal.CombineSigmas(fraction.Bounds.SigmaLow, tdp.Bounds.SigmaLow, supply.Bounds.SigmaLow, part.SigmaLow);
            var lowest = fraction.Bounds.Low > 0 ? Math.Exp(-Bounds.ZScore95 * below) : 0;
            var up = LogNormal.CombineSigmas(product * (highest - 1), rest.Bounds.High - rest.Bounds.Best);
            var down = LogNormal.CombineSigmas(product * (1 - lowest), rest.Bounds.Best - rest.Bounds.Low);
            return new Factor($"cpu/{NameMatching.ToSlug(kind)}/{slug}/{load}-w-per-thread/{JoinSourceIds(tdp.Source.Id)}", $"{kind} with {model?.Name ?? microarchitecture}, {load} W per hardware thread", "W",
                new Bounds(Math.Max(0, best - down) / threads, best / threads, (best + up) / threads), Quality.Assumed, SourceList.Find(tdp.Source.Id.Contains("CODECARBON", StringComparison.Ordinal) ? tdp.Source.Id : $"{tdp.Source.Id};CODECARBON"),
                $"({fraction.Bounds.Best} x TDP {tdp.Bounds.Best:0.#} W x {supply.Bounds.Best} + {rest.Bounds.Best} W) / {threads} threads");
        }
    }

    /// <summary>The median and spread of server micro-architectures in service, of the same vendor if three or more are known.</summary>
    static CpuPowerModel Unknown(CpuIdentity identity, CpuModel? model, CpuTdpClass? power, string why)
    {
        if (power is not null && !identity.Hypervisor)
            return Client(identity, model, power, model?.Microarchitecture ?? "unknown", power.Kind, why);
        if (identity.Laptop || (identity.Name is { } name && ClientNames.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)) && !identity.Hypervisor))
            return Client(identity, model, power, "unknown", identity.Laptop ? "mobile" : "desktop", why);
        var newest = Architectures.Value.Max(row => row.Year);
        var vendor = VendorOf(identity);
        var rows = SelectServersInService(Architectures.Value, vendor, out var ofVendor);
        var slug = ofVendor ? $"unknown-{vendor[0].ToLowerInvariant()}" : "unknown";
        return new CpuPowerModel
        {
            Microarchitecture = "unknown",
            IdleWattsPerThread = Quantiles("idle", idle: true),
            FullWattsPerThread = Quantiles("full", idle: false),
            InServiceIdleRatio = MachineFactors.Table["cpu/real-host/idle"],
            InServiceFullLoadRatio = MachineFactors.Table["cpu/real-host/full"],
            IncludedGigabytesPerThread = ComputeMedianMemoryPerThread(),
            Memory = MemoryType.Unknown,
            HostThreads = MachineFactors.Table["cpu/host-threads/unknown"],
            Model = model,
            Quality = Quality.Assumed,
            Explanation = $"{why}; quantiles of {(ofVendor ? $"{vendor[0]} " : "")}servers of {newest - ServiceYears + 1} to {newest}",
        };

        Factor Quantiles(string load, bool idle) => new($"cpu/{slug}/{load}-w-per-thread/SPECPOWER-2026", $"{(ofVendor ? $"{vendor[0]} " : "")}server, processor unknown, {load} W per hardware thread", "W",
            ComputeCatalogBounds(rows, idle), Quality.Assumed, SourceList.Find("SPECPOWER-2026"), $"geometric mean and spread of {rows.Length} server micro-architectures");
    }

    /// <summary>The servers that an unknown processor may be of: in service, of its vendor where three or more are known.</summary>
    internal static CpuMicroarchitecture[] SelectServersInService(IReadOnlyList<CpuMicroarchitecture> all, string[] vendor, out bool ofVendor)
    {
        var newest = 0;
        foreach (var row in all)
            newest = Math.Max(newest, row.Year);
        CpuMicroarchitecture[] servers = [.. all.Where(row => string.Equals(row.Segment, "server", StringComparison.Ordinal) && row.Year > newest - ServiceYears)];
        CpuMicroarchitecture[] own = [.. servers.Where(row => vendor.Contains(row.Vendor))];
        ofVendor = own.Length >= 3;
        return ofVendor ? own : servers;
    }

    /// <summary>
    /// Bounds that cover several micro-architectures: the geometric mean; the variance between them times 1 + 1/n, with Student's t, plus
    /// their own mean variance.
    /// </summary>
    internal static Bounds ComputeCatalogBounds(CpuMicroarchitecture[] rows, bool idle)
    {
        var (mean, between, within) = (0d, 0d, 0d);
        foreach (var row in rows)
            mean += Math.Log(idle ? row.IdleWatts : row.FullWatts) / rows.Length;
        foreach (var row in rows)
        {
            between += Math.Pow(Math.Log(idle ? row.IdleWatts : row.FullWatts) - mean, 2) / Math.Max(1, rows.Length - 1);
            within += Math.Pow(idle ? row.IdleSigma : row.FullSigma, 2) / rows.Length;
        }
        return LogNormal.CreateBounds(Math.Exp(mean), Math.Sqrt((between * (1 + (1d / rows.Length)) * Math.Pow(StudentTDistribution.GetCriticalValue95(rows.Length - 1) / Bounds.ZScore95, 2)) + within));
    }

    internal static IReadOnlyList<CpuMicroarchitecture> AllArchitectures => Architectures.Value;

    static Factor UnityFactor { get; } = new("cpu/real-host/none", "power of the machine itself, not of a tuned one", "1",
        Bounds.FromExact(1), Quality.Assumed, new Source("TONNE-METHOD-1", "tonne, method version 1"));

    static Factor HostThreads(CpuMicroarchitecture architecture) => architecture is { SocketThreadsLow: { } low, SocketThreadsHigh: { } high, IsServer: true }
        ? new Factor($"cpu/{Id(architecture)}/host-threads/{architecture.Source}", $"hardware threads of a host with {architecture.Name}", "1", new Bounds(low, Math.Max(low, Math.Min(2 * low, 2 * high)), 2 * high),
            Quality.Assumed, SourceList.Find(architecture.Source), "two sockets of the smaller published part; from one socket to two of the larger")
        : architecture is { SocketThreadsHigh: { } one, IsServer: false }
            ? new Factor($"cpu/{Id(architecture)}/host-threads/{architecture.Source}", $"hardware threads of a machine with {architecture.Name}", "1",
                new Bounds(architecture.SocketThreadsLow ?? one, one, one), Quality.Assumed, SourceList.Find(architecture.Source))
            : MachineFactors.Table["cpu/host-threads/unknown"];

    static Factor Watts(CpuMicroarchitecture row, bool idle, double scale = 1)
    {
        var load = idle ? "idle" : "full";
        return new Factor($"cpu/{Id(row)}/{load}-w-per-{(scale > 1 ? "core" : "thread")}/{row.Source}", $"{row.Vendor} {row.Name} {row.Segment}, {load} W per {(scale > 1 ? "core" : "hardware thread")}", "W",
            Spread(row, idle) * scale, row.IsExtrapolated ? Quality.Assumed : Quality.Modelled, SourceList.Find(row.Source),
            row.IsExtrapolated
                ? "taken from a related micro-architecture"
                : $"{row.Machines} published machine{(row.Machines == 1 ? "" : "s")}, whole machine at the plug");
    }

    static Bounds Spread(CpuMicroarchitecture row, bool idle) => LogNormal.CreateBounds(idle ? row.IdleWatts : row.FullWatts, idle ? row.IdleSigma : row.FullSigma);

    static Factor WidenForHiddenName(CpuMicroarchitecture row, CpuMicroarchitecture[] around, bool idle, bool mayBeWholeCore)
    {
        var own = Watts(row, idle);
        var (low, high) = (own.Bounds.Low, own.Bounds.High);
        foreach (var other in around)
        {
            var bounds = Spread(other, idle);
            (low, high) = (Math.Min(low, bounds.Low), Math.Max(high, bounds.High));
        }
        return own with
        {
            Id = own.Id.Replace($"{Id(row)}/", $"{Id(row)}~hidden{(mayBeWholeCore ? "-core" : "")}/", StringComparison.Ordinal),
            Bounds = new Bounds(low, own.Bounds.Best, mayBeWholeCore ? Math.Max(high, 2 * own.Bounds.Best) : high),
            Note = "the name is hidden: bounds cover similar micro-architectures",
        };
    }

    /// <summary>The server micro-architecture of the generation of a client one: of the same name up to the parenthesis.</summary>
    static CpuMicroarchitecture? FindServerEquivalent(string name, CpuIdentity identity)
    {
        var vendor = VendorOf(identity);
        var generation = name.Split(" (")[0];
        return Architectures.Value.FirstOrDefault(row => string.Equals(row.Segment, "server", StringComparison.Ordinal) && vendor.Contains(row.Vendor)
            && string.Equals(row.Name.Split(" (")[0], generation, StringComparison.Ordinal));
    }

    static IEnumerable<CpuMicroarchitecture> Neighbours(CpuMicroarchitecture row) => Architectures.Value.Where(other =>
        other != row && string.Equals(other.Vendor, row.Vendor, StringComparison.Ordinal) && string.Equals(other.Segment, "server", StringComparison.Ordinal) && Math.Abs(other.Year - row.Year) <= NeighbourYears);

    /// <summary>A single-board computer: a small Arm part, at most four threads, no hypervisor.</summary>
    static CpuMicroarchitecture? Board(CpuIdentity identity, CpuIdMatch id) => identity is { Part: not null, Hypervisor: false, Threads: <= 4 }
        ? Architectures.Value.FirstOrDefault(row => string.Equals(row.Segment, "board", StringComparison.Ordinal)
            && (string.Equals(id.Microarchitecture, row.Name, StringComparison.Ordinal) || id.Microarchitecture.StartsWith($"{row.Name} ", StringComparison.Ordinal)))
        : null;

    static string Id(CpuMicroarchitecture row) => $"{row.Vendor.ToLowerInvariant()}/{NameMatching.ToSlug(row.Name)}{(string.Equals(row.Segment, "server", StringComparison.Ordinal) ? "" : $"-{NameMatching.ToSlug(row.Segment)}")}";

    static string Slug(string name) => NameMatching.ToSlug(name.Replace("(R)", "", StringComparison.OrdinalIgnoreCase).Replace("(TM)", "", StringComparison.OrdinalIgnoreCase).Replace("+", " plus", StringComparison.Ordinal));

    /// <summary>Joins source ids for use in a factor id.</summary>
    internal static string JoinSourceIds(string source) => source.Replace(';', '+');

    static string[] VendorOf(CpuIdentity identity) => identity.VendorId switch
    {
        "AuthenticAMD" => ["AMD"],
        "GenuineIntel" => ["Intel"],
        _ => identity.Part is not null ? ["Arm", "Ampere", "NVIDIA"] : ["?"],
    };

    static double ComputeMedianMemoryPerThread()
    {
        var all = Architectures.Value.Where(row => row.IsServer && row.MedianGigabytes is not null).ToArray();
        Array.Sort(all, (a, b) => Nullable.Compare(a.MedianGigabytes, b.MedianGigabytes));
        return all[all.Length / 2].MedianGigabytes ?? 1;
    }

    /// <summary>The watts of a micro-architecture in a segment; where it has one row only, that one.</summary>
    static CpuMicroarchitecture? Find(string name, string segment)
    {
        CpuMicroarchitecture[] rows = [.. Architectures.Value.Where(row => string.Equals(row.Name, name, StringComparison.Ordinal) && row.Segment is not "board")];
        if (rows.Length <= 1)
            return rows.FirstOrDefault(row => !IsClient(segment) || !row.IsServer);
        return rows.FirstOrDefault(row => string.Equals(row.Segment, segment, StringComparison.Ordinal))
            ?? rows.FirstOrDefault(row => row.IsServer == segment is "server" or "edge" or "edge/server");
    }

    static CpuIdMatch? FindId(CpuIdentity identity)
    {
        var arm = identity.Part is not null;
        var vendor = arm ? "ARM" : identity.VendorId;
        if (vendor is null)
            return null;
        var (family, model) = arm ? (identity.Implementer, identity.Part) : (identity.Family, identity.Model);
        if (family is null || model is null)
            return null;
        // Hypervisors offer models whose numbers are those of another processor: QEMU's Icelake-Server has 6/134, a network processor's.
        if (identity.Hypervisor && identity.Name?.Contains("Atom", StringComparison.OrdinalIgnoreCase) is not true
            && FindId($"{vendor}/hypervisor", family.Value, model.Value, identity.Stepping) is { } offered)
        {
            return offered;
        }

        return FindId(vendor, family.Value, model.Value, identity.Stepping);
    }

    static CpuIdMatch? FindId(string vendor, int family, int model, int? ofStepping)
    {
        var rows = new CsvReader(IdTable, EmbeddedTable.ReadText(IdTable), IdHeader);
        while (rows.Read())
        {
            if (rows[0].SequenceEqual(vendor) && rows.GetInteger(1) == family && rows.GetInteger(2) <= model && model <= rows.GetInteger(3)
                && (ofStepping is not { } stepping || (rows.GetInteger(4) <= stepping && stepping <= rows.GetInteger(5))))
            {
                return new CpuIdMatch(rows.GetText(6), rows.GetText(7), rows[8].IsEmpty ? [] : rows.GetText(8).Split(';'));
            }
        }
        return null;
    }

    static CpuModel ReadModel(CsvReader rows)
    {
        var (name, source) = (rows.GetText(0), rows.GetText(10));
        var (best, low, high) = (rows.GetNumberOrNull(5), rows.GetNumberOrNull(6), rows.GetNumberOrNull(7));
        Factor? tdp = null;
        if (best is not null || (low is not null && high is not null))
        {
            // If only a range is known, its geometric mean.
            var middle = best ?? Math.Sqrt((low ?? 0) * (high ?? 0));
            tdp = new Factor($"cpu/model/{Slug(name)}/tdp-w/{JoinSourceIds(source)}", $"{name}, TDP", "W", new Bounds(low ?? middle, middle, high ?? middle), Quality.Assumed, SourceList.Find(source),
                "a limit of the data sheet, not a measurement");
        }
        var cores = rows.GetIntegerOrNull(3);
        var threads = rows[9].IsEmpty ? rows.GetIntegerOrNull(4) : cores;
        return new CpuModel(name, rows.GetText(1), rows.GetText(2), cores, threads, !rows[9].IsEmpty || (threads is not null && threads == cores), tdp, rows.GetIntegerOrNull(8), source);
    }

    static CpuMicroarchitecture[] ReadArchitectures()
    {
        var all = new List<CpuMicroarchitecture>();
        var rows = new CsvReader(ArchitectureTable, EmbeddedTable.ReadText(ArchitectureTable), ArchitectureHeader);
        while (rows.Read())
        {
            all.Add(new CpuMicroarchitecture(rows.GetText(0), rows.GetText(1), rows.GetText(2), rows.GetInteger(3), rows.GetNumber(4), rows.GetNumber(5), rows.GetNumber(6), rows.GetNumber(7), rows.GetInteger(8),
                rows.GetNumberOrNull(9), rows.GetIntegerOrNull(10), rows.GetIntegerOrNull(11), MemoryCatalog.Parse(rows.GetText(12)), Pair(rows, 13), Pair(rows, 15), rows.GetText(17)));
        }
        return [.. all];

        static (double, double)? Pair(CsvReader row, int column) => row.GetNumberOrNull(column) is { } best ? (best, row.GetNumber(column + 1)) : null;
    }

    sealed record CpuIdMatch(string Microarchitecture, string Segment, string[] Alternatives);
}
