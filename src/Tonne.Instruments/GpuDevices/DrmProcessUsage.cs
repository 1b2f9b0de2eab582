using System.Globalization;
using System.Text;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.GpuDevices;

/// <summary>Which processes use graphics devices of the kernel's drivers (amdgpu, i915, xe), by their open files.</summary>
/// <remarks>
/// Files of one client (<c>drm-client-id</c> and <c>drm-pdev</c>) are counted once, whichever processes share them. Known clients are read at each look. All processes are searched
/// for new ones at the first look, then only those of the job, new ones, and one in sixteen of the others, as often as 0.5 % of one processor allows and once a second at most.
/// Of other users' processes the files can be read by root only: their time is not seen, and unexplained where the device reports its own.
/// ROCm's compute queues are not in these files. Their processes are those in <c>/sys/class/kfd/kfd/proc</c> with memory on the device. Not thread safe.
/// </remarks>
sealed class DrmProcessUsage(FileTree tree, bool? sharesPidNamespace = null)
{
    const string QueueProcesses = "sys/class/kfd/kfd/proc";
    const string QueueDevices = "sys/class/kfd/kfd/topology/nodes";

    readonly List<DrmDeviceUsage> _devices = [];
    readonly Dictionary<(string Slot, long Id), DrmClient> _clients = [];
    readonly HashSet<int> _searched = [];
    readonly CostThrottle _pace = new(TimeSpan.FromSeconds(0.95), initialRuns: 2);
    List<(string Slot, string Id)>? _queueDevices;
    IJobProcesses? _job;
    bool? _sharesPidNamespace = sharesPidNamespace;
    long _lookedAt = long.MinValue;
    int _searches;

    /// <summary>Adds a device.</summary>
    /// <param name="slots">Its places on the bus.</param>
    /// <param name="busy">Time at work of the device by itself, ns; null if it does not report it.</param>
    internal DrmDeviceUsage AddDevice(IReadOnlyList<string> slots, Func<long>? busy)
    {
        var device = new DrmDeviceUsage(this, slots, busy);
        _devices.Add(device);
        return device;
    }

    /// <summary>From here on, use by the job is separated from that by other processes.</summary>
    internal void TrackJob(IJobProcesses job) => _job = job;

    /// <summary>Looks at the processes, once for each sample.</summary>
    internal void Refresh(long timestamp)
    {
        if (timestamp == _lookedAt)
            return;
        var used = new Dictionary<DrmDeviceUsage, (double Job, double Others)>();
        foreach (var (key, client) in _clients.ToList())
        {
            if (tree.ReadText(client.Path) is { } text && DrmClient.Identify(text) == key)
                Add(key.Slot, client, client.Update(text, timestamp, isNew: false));
            else
                _clients.Remove(key);
        }

        _pace.Run(timestamp, () => Search(timestamp, Add));
        foreach (var device in _devices)
        {
            CountHolders(device);
            var (job, others) = used.GetValueOrDefault(device);
            // An engine of a client cannot work longer than the time that has passed.
            var most = _lookedAt == long.MinValue ? 0 : timestamp - _lookedAt;
            var scale = job + others > most ? most / (job + others) : 1;
            device.Add(job * scale, others * scale);
        }

        _lookedAt = timestamp;

        void Add(string slot, DrmClient client, long nanoseconds)
        {
            if (FindDevice(slot) is not { } device)
                return;
            var (job, others) = used.GetValueOrDefault(device);
            used[device] = BelongsToJob(client.ProcessId) ? (job + nanoseconds, others) : (job, others + nanoseconds);
        }
    }

    bool BelongsToJob(int processId) => _job?.Contains(processId) == true;

    DrmDeviceUsage? FindDevice(string slot) => _devices.Find(device => device.Slots.Contains(slot));

    void Search(long timestamp, Action<string, DrmClient, long> add)
    {
        var living = new HashSet<int>();
        _searches++;
        var isHidden = false;
        foreach (var name in tree.ListNames("proc"))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            living.Add(id);
            var isJobs = BelongsToJob(id);
            if (_searched.Contains(id) && !isJobs && id % 16 != _searches % 16)
                continue;
            _searched.Add(id);
            var files = tree.ListNames($"proc/{name}/fd");
            isHidden |= isJobs && files.Count == 0;
            foreach (var file in files)
            {
                if (tree.ReadLinkTarget($"proc/{name}/fd/{file}")?.StartsWith("/dev/dri/", StringComparison.Ordinal) != true)
                    continue;
                var path = $"proc/{name}/fdinfo/{file}";
                if (tree.ReadText(path) is not { } text || DrmClient.Identify(text) is not { } key || _clients.ContainsKey(key) || FindDevice(key.Slot) is null)
                    continue;
                var client = new DrmClient(id, path);
                _clients[key] = client;
                // What it had used before the first look is not the run's.
                add(key.Slot, client, client.Update(text, timestamp, isNew: _lookedAt != long.MinValue));
            }
        }

        _searched.IntersectWith(living);
        IsJobHidden = isHidden;
    }

    /// <summary>Whether open files of a process of the job could not be read.</summary>
    bool IsJobHidden { get; set; }

    void CountHolders(DrmDeviceUsage device)
    {
        var queues = ListQueueProcesses(device);
        var holders = _clients.Where(client => device.Slots.Contains(client.Key.Slot)).Select(client => client.Value.ProcessId)
            // A process with queues opens every device, and uses those on which it has memory.
            .Where(id => queues is null || queues.Contains(id) || !tree.Exists($"{QueueProcesses}/{id.ToString(CultureInfo.InvariantCulture)}"))
            .Concat(queues ?? []).Distinct().ToList();
        var job = holders.Count(BelongsToJob);
        device.Holders = IsJobHidden && job == 0 ? null : (holders.Count, job);
        var queueJob = queues?.Count(BelongsToJob) ?? 0;
        device.QueueHolders = ((queues?.Count ?? 0) - queueJob, queueJob);
    }

    /// <summary>Processes with compute queues and memory on a device; null if the driver does not say, or counts in other process ids.</summary>
    List<int>? ListQueueProcesses(DrmDeviceUsage device)
    {
        var names = tree.ListNames(QueueProcesses);
        if (names.Count == 0 || !SharesPidNamespace)
            return null;
        _queueDevices ??= ReadQueueDevices();
        var ids = _queueDevices.FindAll(one => device.Slots.Contains(one.Slot));
        return [.. names.Where(name => ids.Exists(one => tree.ReadNumber($"{QueueProcesses}/{name}/vram_{one.Id}") > 0))
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0)];
    }

    bool SharesPidNamespace => _sharesPidNamespace ??= tree.IsSysroot || new Nvidia.GpuProcessFilter().SharesPidNamespace;

    /// <summary>Number of each device in the compute driver by its place on the bus; partitions of one device have one place.</summary>
    List<(string Slot, string Id)> ReadQueueDevices()
    {
        var devices = new List<(string, string)>();
        foreach (var node in tree.ListNames(QueueDevices))
        {
            if (tree.ReadLine($"{QueueDevices}/{node}/gpu_id") is not { Length: > 0 } id || id == "0")
                continue;
            ReadOnlySpan<byte> properties = Encoding.UTF8.GetBytes(tree.ReadText($"{QueueDevices}/{node}/properties") ?? "");
            if (KernelText.TryReadKeyed(properties, "location_id"u8, out var place))
            {
                KernelText.TryReadKeyed(properties, "domain"u8, out var domain);
                devices.Add((string.Create(CultureInfo.InvariantCulture, $"{domain:x4}:{(place >> 8) & 0xff:x2}:{(place >> 3) & 0x1f:x2}.{place & 7}"), id));
            }
        }

        return devices;
    }
}
