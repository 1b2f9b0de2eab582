from tonne.codecarbon import EmissionsTracker  # was: from codecarbon import EmissionsTracker


def count_primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            for multiple in range(number * number, limit + 1, number):
                sieve[multiple] = 0
    return sum(sieve) - 2


if __name__ == "__main__":
    with EmissionsTracker(project_name="context-manager", output_dir=".", output_file="emissions.csv", log_level="error") as tracker:
        print(count_primes(3_000_000), "primes")
    print(f"Carbon emissions from computation: {tracker.final_emissions * 1000} g CO2eq")
    print("Detailed emissions data:", tracker.final_emissions_data)
