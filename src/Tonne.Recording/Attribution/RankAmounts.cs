namespace Tonne.Recording.Attribution;

/// <summary>What each rank of a run used and held over a time span; one number per member, in the order of joining.</summary>
sealed class RankAmounts(int members, int devices)
{
    /// <summary>CPU time in s.</summary>
    internal double[] Cpu { get; } = new double[members];

    /// <summary>Reserved share of the processors × time, in s; 0 where nothing is reserved.</summary>
    internal double[] Reserved { get; } = new double[members];

    /// <summary>CPU time of members without a reservation, in s.</summary>
    internal double[] Unreserved { get; } = new double[members];

    /// <summary>Resident bytes × time.</summary>
    internal double[] Memory { get; } = new double[members];

    /// <summary>Time in which the member ran, in s.</summary>
    internal double[] Present { get; } = new double[members];

    /// <summary>Busy time of each device for each member, in s.</summary>
    internal double[][] DeviceTime { get; } = Create(devices, members);

    /// <summary>Holders of each device × time.</summary>
    internal double[][] DeviceHeld { get; } = Create(devices, members);

    /// <summary>Time in which the member ran and was allowed to use the device, in s.</summary>
    internal double[][] DeviceAllowed { get; } = Create(devices, members);

    internal void Add(RankAmounts slice)
    {
        ForEach(slice, static (into, from) =>
        {
            for (var i = 0; i < into.Length; i++)
                into[i] += from[i];
        });
    }

    internal void Clear() => ForEach(this, static (into, _) => Array.Clear(into));

    /// <summary>The sum of what is reserved × time, each reservation once, and of the CPU time without one.</summary>
    internal (double Reserved, double Unreserved) Held => (Reserved.Sum(), Unreserved.Sum());

    void ForEach(RankAmounts other, Action<double[], double[]> action)
    {
        action(Cpu, other.Cpu);
        action(Reserved, other.Reserved);
        action(Unreserved, other.Unreserved);
        action(Memory, other.Memory);
        action(Present, other.Present);
        for (var device = 0; device < DeviceTime.Length; device++)
        {
            action(DeviceTime[device], other.DeviceTime[device]);
            action(DeviceHeld[device], other.DeviceHeld[device]);
            action(DeviceAllowed[device], other.DeviceAllowed[device]);
        }
    }

    static double[][] Create(int devices, int members) => [.. Enumerable.Range(0, devices).Select(_ => new double[members])];
}
